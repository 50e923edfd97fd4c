import { isMap, isScalar, isSeq, type Node } from 'yaml';
import type { SecretNeeds } from '../../../contract/documents/secrets';
import { readGoYaml } from '../go-yaml';
import { at, entriesOf, itemsOf, textOf } from '../yaml-nodes';
import { namesFile } from './file-keys';
import { secretOfPath, secretsAt, secretsIn } from './placeholders';

/** Lists of the two files whose items have a name, or what a person calls them by. */
const KINDS: Readonly<Record<string, readonly [kind: string, key: string]>> = {
  receivers: ['receiver', 'name'],
  scrape_configs: ['job', 'job_name'],
  remote_write: ['remote_write', 'name'],
  remote_read: ['remote_read', 'name'],
};

/** Who uses each secret, in words: `receiver pager`, `job trade-engine`, `global of alertmanager.yml`. */
export function usesOf(
  file: string,
  text: string,
  isDeclared: (name: string) => boolean,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const note = (name: string, by: string): void => void found.set(name, (found.get(name) ?? new Set()).add(by));
  const visit = (node: Node | null, keys: readonly string[], by: string): void => {
    if (isScalar(node)) {
      const value = String(node.value);
      const named = namesFile(keys) ? secretOfPath(value, isDeclared) : null;
      for (const name of named === null ? secretsAt(value, keys, isDeclared) : [named]) note(name, by);
    } else if (isSeq(node)) {
      const kind = KINDS[keys.at(-1) ?? ''];
      itemsOf(node).forEach((item, i) => {
        const name = kind === undefined || !isMap(item) ? null : (textOf(at(item, kind[1])) ?? String(i + 1));
        visit(item, keys, kind === undefined || name === null ? by : `${kind[0]} ${name}`);
      });
    } else {
      for (const { key, value } of entriesOf(node))
        visit(value, [...keys, key], keys.length === 0 ? `${key} of ${file}` : by);
    }
  };
  visit(readGoYaml(text).root, [], file);
  return found;
}

/** By secret: who uses it, in both files, with the texts that it is a part of. `textOf`: of a file of the configuration. */
export function usersOf(
  { declared, texts }: Pick<SecretNeeds, 'declared' | 'texts'>,
  textOf: (file: string) => string,
): Map<string, string[]> {
  const names = Object.keys(declared);
  const isKnown = (name: string): boolean => names.includes(name) || Object.hasOwn(texts, name);
  const found = new Map<string, string[]>();
  for (const file of ['prometheus.yml', 'alertmanager.yml']) {
    for (const [one, users] of usesOf(file, textOf(file), isKnown)) {
      const parts = Object.hasOwn(texts, one) ? secretsIn(texts[one]!, (name) => names.includes(name)) : [one];
      for (const name of parts) found.set(name, [...new Set([...(found.get(name) ?? []), ...users])]);
    }
  }
  return found;
}
