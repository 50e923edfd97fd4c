import type { Finding } from './corruption';
import type { Inventory } from '../../contract/documents/agent/inventory';

/** One thing to do to the files of a TSDB. Doing it twice does no harm. Paths are relative to the TSDB's directory. */
export type RepairStep =
  | {
      readonly do: 'rewrite-segment' | 'fill-gap' | 'stand-in-checkpoint';
      readonly path: string;
      readonly because: string;
    }
  | { readonly do: 'renumber-segments' | 'guard-references' | 'quarantine-head'; readonly because: string }
  | { readonly do: 'quarantine-head-chunks'; readonly from: number; readonly because: string }
  | { readonly do: 'restore-meta'; readonly ulid: string; readonly text: string; readonly because: string }
  | { readonly do: 'quarantine-tombstones' | 'quarantine-block'; readonly ulid: string; readonly because: string };

/** Repairs of a log after which the numbers of series may be given again. */
const LOSES_SERIES: readonly Finding['repair'][] = [
  'rewrite-segment',
  'fill-gap',
  'stand-in-checkpoint',
  'renumber-segments',
  'guard-references',
];

/** What repairs these findings, in the order in which it is to be done, for a TSDB that is not running. */
export function planRepairs(findings: readonly Finding[], inventory: Inventory | null): RepairStep[] {
  const steps: RepairStep[] = [];
  const quarantine = new Set(findings.filter((f) => f.repair === 'quarantine-block').map(ulidOf));
  for (const finding of findings) {
    const step = stepFor(finding, inventory);
    if (step === null || steps.some((known) => same(known, step))) continue;
    if ('ulid' in step && step.do !== 'quarantine-block' && quarantine.has(step.ulid)) continue;
    steps.push(step);
  }
  const chunks = steps.filter((step) => step.do === 'quarantine-head-chunks');
  const lowest = chunks.reduce((a, b) => (b.from < a.from ? b : a), chunks[0]!);
  const guard = findings.find((f) => LOSES_SERIES.includes(f.repair) && f.ifStarted !== 'harmless');
  return [
    ...steps.filter((step) => step.do !== 'quarantine-head-chunks' && step.do !== 'guard-references'),
    ...(chunks.length > 0 ? [lowest] : []),
    ...(guard === undefined ? [] : [{ do: 'guard-references', because: guard.says } as const]),
  ];
}

function stepFor(finding: Finding, inventory: Inventory | null): RepairStep | null {
  const { repair, path, says: because } = finding;
  if (repair === 'quarantine-head') return { do: repair, because };
  if (repair === 'none' || path === null) return null;
  if (repair === 'quarantine-head-chunks') return { do: repair, from: Number(path.split('/').at(-1)), because };
  if (repair === 'renumber-segments' || repair === 'guard-references') return { do: repair, because };
  if (repair === 'quarantine-block' || repair === 'quarantine-tombstones')
    return { do: repair, ulid: ulidOf(finding), because };
  if (repair === 'restore-meta') {
    const ulid = ulidOf(finding);
    return { do: repair, ulid, text: inventory!.blocks[ulid]!.meta.text, because };
  }
  return { do: repair, path, because };
}

function ulidOf({ path }: Finding): string {
  return path!.split('/')[0]!;
}

function same(a: RepairStep, b: RepairStep): boolean {
  const key = (step: RepairStep): string => JSON.stringify({ ...step, because: '' });
  return key(a) === key(b);
}
