import { isMap, isScalar, isSeq, Pair, Scalar, stringify, YAMLMap, YAMLSeq, type Node } from 'yaml';
import { isNull, readGoYaml } from './go-yaml';

/** Looks and changes in what readGoYaml gives: scalars are text, nothing is null. */

/** What stands at a key; null for nothing, also where it is written as nothing. */
export function at(node: Node | null, ...path: readonly string[]): Node | null {
  const found = path.reduce<unknown>((inner, key) => (isMap(inner) ? inner.get(key, true) : null), node);
  return isNull(found) ? null : (found as Node);
}

/** The text of a scalar; null for anything else. */
export function textOf(node: Node | null): string | null {
  return isScalar(node) && !isNull(node) ? String(node.value) : null;
}

/** What stands in a list; of anything else nothing. */
export function itemsOf(node: Node | null): Node[] {
  return isSeq(node) ? (node.items as Node[]).filter((item) => !isNull(item)) : [];
}

export const textsOf = (node: Node | null): string[] => itemsOf(node).flatMap((item) => textOf(item) ?? []);

/** Keys with their values in the order of the file. */
export function entriesOf(
  node: Node | null,
): { readonly key: string; readonly keyNode: Node; readonly value: Node | null }[] {
  if (!isMap(node)) return [];
  return node.items.map(({ key, value }) => ({
    key: isScalar(key) ? String(key.value) : '',
    keyNode: key as Node,
    value: isNull(value) ? null : (value as Node),
  }));
}

/** Our own words as the same kind of nodes. */
export function nodeOf(value: object): Node {
  return readGoYaml(stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })).root ?? new YAMLMap();
}

/** A text that means nothing but itself. */
export function quoted(text: string): Scalar {
  const made = new Scalar(text);
  made.type = Scalar.QUOTE_DOUBLE;
  return made;
}

/** Puts a value at a key: in the place of the one that is there, or behind the last. */
export function put(map: YAMLMap, key: string, value: Node): void {
  const pair = map.items.find((item) => isScalar(item.key) && item.key.value === key);
  if (pair === undefined) map.items.push(new Pair(new Scalar(key), value));
  else pair.value = value;
}

/** The same with further items behind those of the list at a key, or before them. */
export function extend(map: YAMLMap, key: string, more: readonly Node[], where: 'before' | 'behind' = 'behind'): void {
  if (more.length === 0) return;
  const list = new YAMLSeq();
  const there = itemsOf(at(map, key));
  list.items = where === 'before' ? [...more, ...there] : [...there, ...more];
  put(map, key, list);
}

/** The map at a key, made where there is none. */
export function mapAt(map: YAMLMap, key: string): YAMLMap {
  const there = at(map, key);
  if (isMap(there)) return there;
  const made = new YAMLMap();
  put(map, key, made);
  return made;
}

/** Every scalar below, with the keys that lead to it. */
export function eachScalar(
  node: Node | null,
  visit: (scalar: Scalar, keys: readonly string[]) => void,
  keys: readonly string[] = [],
): void {
  if (isScalar(node)) visit(node, keys);
  else if (isSeq(node)) for (const item of node.items as Node[]) eachScalar(item, visit, keys);
  else for (const { key, value } of entriesOf(node)) eachScalar(value, visit, [...keys, key]);
}
