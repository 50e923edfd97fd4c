import type { Finding } from './damage';
import type { Inventory } from '../../contract/documents/agent-files';

/** One thing to do to the files of a TSDB. Doing it twice does no harm. Paths are relative to the TSDB's directory. */
export type MendStep =
  | {
      readonly do: 'rewrite-segment' | 'fill-gap' | 'stand-in-checkpoint';
      readonly path: string;
      readonly because: string;
    }
  | { readonly do: 'renumber-segments' | 'guard-references' | 'set-aside-head'; readonly because: string }
  | { readonly do: 'set-aside-head-chunks'; readonly from: number; readonly because: string }
  | { readonly do: 'restore-meta'; readonly ulid: string; readonly text: string; readonly because: string }
  | { readonly do: 'set-aside-tombstones' | 'set-aside-block'; readonly ulid: string; readonly because: string };

/** Mends of a log after which the numbers of series may be given again. */
const LOSES_SERIES: readonly Finding['mend'][] = [
  'rewrite-segment',
  'fill-gap',
  'stand-in-checkpoint',
  'renumber-segments',
  'guard-references',
];

/** What mends these findings, in the order in which it is to be done, for a TSDB that is not running. */
export function planMends(findings: readonly Finding[], inventory: Inventory | null): MendStep[] {
  const steps: MendStep[] = [];
  const setAside = new Set(findings.filter((f) => f.mend === 'set-aside-block').map(ulidOf));
  for (const finding of findings) {
    const step = stepFor(finding, inventory);
    if (step === null || steps.some((known) => same(known, step))) continue;
    if ('ulid' in step && step.do !== 'set-aside-block' && setAside.has(step.ulid)) continue;
    steps.push(step);
  }
  const chunks = steps.filter((step) => step.do === 'set-aside-head-chunks');
  const lowest = chunks.reduce((a, b) => (b.from < a.from ? b : a), chunks[0]!);
  const guard = findings.find((f) => LOSES_SERIES.includes(f.mend) && f.ifStarted !== 'harmless');
  return [
    ...steps.filter((step) => step.do !== 'set-aside-head-chunks' && step.do !== 'guard-references'),
    ...(chunks.length > 0 ? [lowest] : []),
    ...(guard === undefined ? [] : [{ do: 'guard-references', because: guard.says } as const]),
  ];
}

function stepFor(finding: Finding, inventory: Inventory | null): MendStep | null {
  const { mend, path, says: because } = finding;
  if (mend === 'set-aside-head') return { do: mend, because };
  if (mend === 'none' || path === null) return null;
  if (mend === 'set-aside-head-chunks') return { do: mend, from: Number(path.split('/').at(-1)), because };
  if (mend === 'renumber-segments' || mend === 'guard-references') return { do: mend, because };
  if (mend === 'set-aside-block' || mend === 'set-aside-tombstones')
    return { do: mend, ulid: ulidOf(finding), because };
  if (mend === 'restore-meta') {
    const ulid = ulidOf(finding);
    return { do: mend, ulid, text: inventory!.blocks[ulid]!.meta.text, because };
  }
  return { do: mend, path, because };
}

function ulidOf({ path }: Finding): string {
  return path!.split('/')[0]!;
}

function same(a: MendStep, b: MendStep): boolean {
  const key = (step: MendStep): string => JSON.stringify({ ...step, because: '' });
  return key(a) === key(b);
}
