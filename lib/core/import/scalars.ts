import { isScalar, Scalar, type Node } from 'yaml';
import { readGoYaml } from '../rendering/go-yaml';
import { at, eachScalar, entriesOf, itemsOf, textOf } from '../rendering/yaml-nodes';
import type { Edit } from './edits';

/** A scalar of a file, and who it belongs to. */
export interface Found {
  readonly scalar: Scalar;
  readonly keys: readonly string[];
  /** The job or receiver around it, by its name; '' for none. */
  readonly owner: string;
}

/** Every scalar of the file, in order; none of a file that is no YAML. */
export function scalarsOf(text: string): Found[] {
  const { root } = readGoYaml(text);
  const owners = ownersOf(root);
  const found: Found[] = [];
  eachScalar(root, (scalar, keys) => {
    const offset = scalar.range?.[0] ?? 0;
    const owner = owners.findLast(({ start, end }) => start <= offset && offset < end)?.name ?? '';
    found.push({ scalar, keys, owner });
  });
  return found;
}

export const scalarAt = (text: string, offset: number): Found | null =>
  scalarsOf(text).find(({ scalar }) => scalar.range?.[0] === offset) ?? null;

function ownersOf(root: Node | null): { readonly start: number; readonly end: number; readonly name: string }[] {
  const lists = [
    ['scrape_configs', 'job_name'],
    ['receivers', 'name'],
    ['remote_write', 'name'],
  ] as const;
  return lists.flatMap(([list, key]) =>
    itemsOf(at(root, list)).flatMap((item) => {
      const name = textOf(at(item, key)) ?? (list === 'remote_write' ? list : null);
      const inner = entriesOf(item).flatMap(({ keyNode, value }) => [keyNode.range?.[0], value?.range?.[2]]);
      const places = inner.filter((place) => place !== undefined);
      return name === null ? [] : [{ start: Math.min(...places), end: Math.max(...places), name }];
    }),
  );
}

/** Plain where that means the same text. */
const PLAIN = /^[A-Za-z0-9_./][A-Za-z0-9_./@+-]*(:[A-Za-z0-9_./@+-]+)*$/;

/** Another text for a scalar, in the quotes that it has. */
export function rewritten(text: string, scalar: Scalar, value: string): Edit {
  const [start, end] = [scalar.range?.[0] ?? 0, scalar.range?.[1] ?? 0];
  // The end of a block (| or >) is that of its last line.
  const after = isScalar(scalar) && text.slice(start, end).endsWith('\n') ? '\n' : '';
  const plain = (scalar.type === Scalar.PLAIN || scalar.type === undefined) && PLAIN.test(value);
  const written =
    scalar.type === Scalar.QUOTE_DOUBLE
      ? JSON.stringify(value)
      : plain
        ? value
        : value.includes('\n')
          ? JSON.stringify(value)
          : `'${value.replaceAll("'", "''")}'`;
  return { start, end, text: `${written}${after}` };
}
