import { Prometheus, type Point } from '../../../lib/shell/prometheus/client';
import { THANOS_JOBS } from '../../../lib/contract/own-jobs';
import { must } from '../clock';
import { seriesOf } from '../judge/collect';
import type { Instrument } from '../instrument';
import { queriesOf } from '../thanos';
import { type TestBed } from '../test-bed';

type Values = readonly (readonly [number, string])[];
/** The answer to a range query: series → its values, one per step. */
export type Answer = ReadonlyMap<string, Values>;

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: Values;
}

/** External labels are left out: Thanos adds them, a node does not know them in its own answers. */
export function answerOf(result: readonly Series[]): Answer {
  return new Map(result.map(({ metric, values }) => [seriesOf(metric), values]));
}

/** Series that are not the same in both, or only in one. */
export function differing(a: Answer, b: Answer): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((series) => !alike(a.get(series), b.get(series))).sort();
}

/**
 * The same values, each at the same step or at one beside it: a change may fall between the scrapes of two replicas. At
 * the ends of the window what is beside is not seen.
 */
function alike(as: Values | undefined, bs: Values | undefined): boolean {
  if (as === undefined || bs === undefined) return false;
  if (JSON.stringify(as) === JSON.stringify(bs)) return true;
  if (as.length !== bs.length || as.length < 3) return false;
  const beside = (one: Values, other: Values): boolean =>
    one.slice(1, -1).every(([, value], i) => [i, i + 1, i + 2].some((j) => other[j]![1] === value));
  return as.every(([at], i) => at === bs[i]![0]) && beside(as, bs) && beside(bs, as);
}

/**
 * What is asked. Replicas scrape at different fractions of a second; so only what hardly moves can be equal to the last
 * digit. A histogram's buckets are born when such a latency is first seen: their number always moves.
 */
const QUERIES = [
  'up',
  'sum by (job) (up)',
  'trade_engine_drill{alert="for5s"}',
  'count by (__name__) ({job="redis", __name__!~".+_bucket"})',
];

/** The window that is asked for lies between settling and the fault: nothing moves in it. */
const FROM_S = 1;
const TO_S = 11;

/** What Thanos finds by DNS and scrapes every 15 s is born well after the system is ready. */
const STANDS_STILL_MS = 180_000;
const STILL_S = 15;

/** Waits until everything that is asked for exists and has not changed for a while: two replicas see a birth at two moments. */
export async function standsStill(world: TestBed): Promise<void> {
  await must('what is compared stands still', STANDS_STILL_MS, world.signal, () => moving(world), 1_000);
}

async function moving(world: TestBed): Promise<string | null> {
  // The last second may not have been scraped by everybody.
  const end = Math.floor(Date.now() / 1000) - 1;
  const window = { start: String(end - STILL_S), end: String(end), step: '1' };
  const answers = await Promise.all(QUERIES.map((query) => ask(world, query, window)));
  const late = THANOS_JOBS.filter(
    (job) => ![...answers[0]!.keys()].some((series) => series.includes(JSON.stringify(['job', job]))),
  );
  if (late.length > 0) return `nobody scrapes ${late.join(', ')} yet`;
  for (const answer of answers) {
    for (const [series, values] of answer) {
      if (values.length <= STILL_S) return `${series} was born in the last ${STILL_S} s`;
      if (new Set(values.map(([, value]) => value)).size > 1) return `${series} changed in the last ${STILL_S} s`;
    }
  }
  return null;
}

/** The same range queries through the query port before the fault, while it lasts and afterwards: equal answers? */
export const sameAnswers: Instrument = (world) => {
  const startedS = Math.ceil(Date.now() / 1000);
  const window = { start: String(startedS + FROM_S), end: String(startedS + TO_S), step: '1' };
  const all = (): Promise<Answer[]> => Promise.all(QUERIES.map((query) => ask(world, query, window)));
  let before: Answer[] | undefined;
  let during: Answer[] | undefined;
  return {
    async beforeFault() {
      before = await all();
    },
    async beforeUndo() {
      during = await all();
    },
    async finish() {
      const after = await all();
      const findings = [...compare('while it lasted', before!, during!), ...compare('afterwards', before!, after)];
      return {
        measurements: {
          answersCompared: before!.reduce((sum, answer) => sum + answer.size, 0),
          answersDiffering: findings.length,
        },
        findings,
      };
    },
  };
};

function compare(when: string, before: readonly Answer[], then: readonly Answer[]): string[] {
  return QUERIES.flatMap((query, i) =>
    differing(before[i]!, then[i]!).map(
      (series) =>
        `${query} ${when}: ${series} was ${inWords(before[i]!.get(series))}, is ${inWords(then[i]!.get(series))}`,
    ),
  );
}

const inWords = (values: Values | undefined): string => (values === undefined ? 'not there' : JSON.stringify(values));

async function ask(
  world: TestBed,
  query: string,
  window: Readonly<Record<'start' | 'end' | 'step', string>>,
): Promise<Answer> {
  const prometheus = new Prometheus(queriesOf(world), { timeoutMs: 10_000 });
  const { start, end, step } = window;
  const [from, to, stepMs] = [start, end, step].map((s) => Number(s) * 1000) as [number, number, number];
  const series = await prometheus.range(query, { from, to, stepMs });
  return answerOf(series.map(({ labels, points }) => ({ metric: labels, values: points.map(valueOf) })));
}

const valueOf = ({ at, value }: Point): [number, string] => [at / 1000, String(value)];
