import { CLUSTER_LABEL } from './compare';

/**
 * Keys that a group of the old Alertmanager may have here: under the route that this cluster puts around the user's, with its label
 * `cluster` and without it. Which one it is hangs on `group_by`; an entry for a group that there is not means nothing. Empty where the key
 * cannot be read. `without`: labels that alerts here do not have.
 */
export function groupKeysHere(old: string, cluster: string, without: readonly string[]): string[] {
  const at = endOfPath(old);
  if (at === null) return [];
  const labels = labelsOf(old.slice(at + 1));
  if (labels === null) return [];
  const path = `{}/${old.slice(0, at)}`;
  const left = labels.filter(([name]) => name !== CLUSTER_LABEL && !without.includes(name));
  const more = [...left, [CLUSTER_LABEL, JSON.stringify(cluster)] as const].sort(([a], [b]) => (a < b ? -1 : 1));
  return [left, more].map((set) => `${path}:{${set.map(([name, value]) => `${name}=${value}`).join(', ')}}`);
}

/** Where the path of `{…}/{…}:{…}` ends; null: it is none. */
function endOfPath(key: string): number | null {
  let at = 0;
  for (;;) {
    const next = closing(key, at);
    if (next === null) return null;
    if (key[next] === ':') return next;
    if (key[next] !== '/') return null;
    at = next + 1;
  }
}

/** Behind the brace that closes the one at `at`; texts in quotes may have braces in them. */
function closing(key: string, at: number): number | null {
  if (key[at] !== '{') return null;
  for (let i = at + 1; i < key.length; i += 1) {
    if (key[i] === '}') return i + 1;
    if (key[i] === '"') i = endOfText(key, i);
  }
  return null;
}

/** Where the text ends that begins with the quote at `at`. */
function endOfText(key: string, at: number): number {
  let i = at + 1;
  while (i < key.length && key[i] !== '"') i += key[i] === '\\' ? 2 : 1;
  return i;
}

/** Names and, in quotes as they stand there, values; null: `{name="value", …}` is expected. */
function labelsOf(set: string): (readonly [name: string, value: string])[] | null {
  if (!set.startsWith('{') || closing(set, 0) !== set.length) return null;
  const found: (readonly [string, string])[] = [];
  for (let at = 1; at < set.length - 1;) {
    const equals = set[at] === '"' ? endOfText(set, at) + 1 : set.indexOf('=', at);
    if (set[equals] !== '=' || set[equals + 1] !== '"') return null;
    const end = endOfText(set, equals + 1) + 1;
    const name = set.slice(at, equals);
    if (!name.startsWith('"') && !/^[^"{},\s]+$/.test(name)) return null;
    found.push([name, set.slice(equals + 1, end)]);
    if (end < set.length - 1 && set.slice(end, end + 2) !== ', ') return null;
    at = end + 2;
  }
  return found;
}
