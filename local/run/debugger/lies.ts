/*
 * Runs inside an agent, whose debugger requires it: types that Node.js strips, and no import. From then on each status,
 * announcement and storage report that the agent gives has one field that is not true.
 */

type Path = readonly (string | number)[];

/** What tells one of these from all else that an agent writes. */
const isDocument = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  'node' in value &&
  'instanceId' in value &&
  ('gate' in value || 'agentStartedAt' in value || 'needsVolume' in value);

/** Every field, inner ones too. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  const below =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))
      : [];
  return path.length === 0 ? below : [path, ...below];
}

const TIMES = ['1970-01-01T00:00:00.000Z', '2099-01-01T00:00:00.000Z', 'soon'];

function liesAbout(value: unknown): unknown[] {
  if (typeof value === 'boolean') return [!value, null];
  if (typeof value === 'number') return [0, value + 1, -1, 2 ** 52, 1e300, null];
  if (typeof value === 'string')
    return [...(/^\d{4}-\d\d-\d\dT/.test(value) ? TIMES : ['', '../../x', 'x'.repeat(5_000), 'node-1-1']), null];
  if (Array.isArray(value)) return [[], [null], 'none'];
  return value === null ? [0, 'x', '2099-01-01T00:00:00.000Z', {}] : [null, {}, undefined];
}

function withLie(document: object, path: Path, lie: unknown): object {
  const copy = structuredClone(document);
  let at: any = copy; // eslint-disable-line @typescript-eslint/no-explicit-any -- any document, any field of it
  for (const key of path.slice(0, -1)) at = at[key]; // eslint-disable-line
  at[path.at(-1)!] = lie; // eslint-disable-line
  return copy;
}

let told = new Map<string, number>();
let honest: typeof JSON.stringify | null = null;

/** `seed`: where among fields and lies it begins. A lie stands for one answer, or for some seconds. */
export function beginLying(seed: number): null {
  if (honest !== null) return null;
  const write = (honest = JSON.stringify);
  told = new Map();
  let turn = seed;
  let until = 0;
  JSON.stringify = ((value: unknown, ...more: [never, never]) => {
    if (!isDocument(value)) return write(value, ...more);
    if (Date.now() >= until) {
      turn += 1;
      // One in sixteen stands: what is lied in once may pass for a slip.
      until = turn % 16 === 0 ? Date.now() + 3_000 : 0;
    }
    const paths = pathsOf(value);
    const path = paths[turn % paths.length]!;
    const about = path.reduce<any>((inner, key) => inner[key], value); // eslint-disable-line
    const lies = liesAbout(about);
    const field = path.map((key) => (/^\d+$/.test(String(key)) ? '*' : key)).join('.');
    told.set(field, (told.get(field) ?? 0) + 1);
    return write(withLie(value, path, lies[Math.floor(turn / paths.length) % lies.length]), ...more);
  }) as typeof JSON.stringify;
  return null;
}

/** The truth again. Returns how often it lied, by field. */
export function endLying(): Record<string, number> {
  if (honest !== null) JSON.stringify = honest;
  honest = null;
  return Object.fromEntries(told);
}
