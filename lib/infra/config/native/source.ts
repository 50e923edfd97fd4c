import { isMap, isScalar, YAMLMap, type Node } from 'yaml';
import { UserError } from '../../../contract/errors';
import { readGoYaml } from '../../../core/rendering/go-yaml';

/** One file of Prometheus, by its values. */
export interface UsersYaml {
  /** As people see it. */
  readonly file: string;
  /** Path of its directory below config/, '' for config/ itself: what it names relatively begins there. */
  readonly dir: string;
  readonly root: YAMLMap;
  /** file:line:column */
  readonly where: (node: Node | null) => string;
}

/** What was found on the way. */
export interface Said {
  readonly problems: UserError[];
  /** What works, but perhaps not as meant; one each. */
  readonly warnings: string[];
}

/** Reads a file; what cannot be read becomes problems, and the result null. */
export function readUsersYaml(file: string, dir: string, text: string, { problems }: Said): UsersYaml | null {
  const { root, errors, placeOf } = readGoYaml(text);
  const at = (offset: number): string => {
    const { line, col } = placeOf(offset);
    return `${file}:${line}:${col}`;
  };
  for (const { says, offset } of errors) {
    problems.push(
      new UserError({
        what: `this is not YAML: ${says}`,
        where: at(offset),
        got: text
          .slice(text.lastIndexOf('\n', offset - 1) + 1)
          .split('\n')[0]!
          .trim(),
        expected: 'a YAML document',
        fix: 'look at the indentation, quotes and colons around this place',
      }),
    );
  }
  if (errors.length > 0) return null;
  if (root !== null && !isMap(root)) {
    problems.push(
      new UserError({
        what: 'this is no configuration of Prometheus',
        where: at(root.range?.[0] ?? 0),
        got: isScalar(root) ? String(root.value).slice(0, 80) : 'a list',
        expected: 'keys and values, such as scrape_configs: […]',
        fix: 'take the prometheus.yml that your Prometheus reads',
      }),
    );
    return null;
  }
  return { file, dir, root: root ?? new YAMLMap(), where: (node) => at(node?.range?.[0] ?? 0) };
}

/** The node of a key in a map: where a message points. */
export function keyNode(map: Node | null, key: string): Node | null {
  if (!isMap(map)) return null;
  const pair = map.items.find((item) => isScalar(item.key) && item.key.value === key);
  return (pair?.key as Node | undefined) ?? null;
}
