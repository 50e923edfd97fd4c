import { must } from '../clock';
import { INTERVAL_MS, sampleTimes } from '../judge/collect';
import { missingEverywhere } from '../judge/samples';
import { oracleOf, prometheusOf, statusOf, type TestBed } from '../test-bed';

export const BEGIN_MS = 30_000;
const PASS_MS = 30_000;
const WHOLE_MS = 120_000;

/** Samples of one series, at worst, that the oracle has and the node has not. At one a second these are seconds. */
export async function missingOnNode(world: TestBed, node: string, from: number, to: number): Promise<number> {
  const [oracle, own] = await Promise.all(
    [oracleOf(world), prometheusOf(world, node)].map((api) => sampleTimes(api, from, to)),
  );
  return Math.max(0, ...missingEverywhere([own!], oracle!, from, to, INTERVAL_MS).values());
}

/** Waits until the node has fetched what it missed before that moment. */
export async function getsWhole(world: TestBed, node: string, after: number): Promise<void> {
  await must('it does not get whole', WHOLE_MS, world.signal, async () => {
    const { backfill } = await statusOf(world, node);
    if (backfill?.completeUntil && Date.parse(backfill.completeUntil) > after && !backfill.busy) return null;
    return `it is whole until ${backfill?.completeUntil ?? 'nobody knows'}${backfill?.error ? `: ${backfill.error}` : ''}`;
  });
}

/** The scrub has to know what there was. */
export async function nextPass(world: TestBed, node: string): Promise<void> {
  const since = Date.now();
  await must('the scrub makes no pass', PASS_MS, world.signal, async () => {
    const { lastPassAt } = (await statusOf(world, node)).scrub!;
    return lastPassAt !== null && Date.parse(lastPassAt) > since ? null : `the last was at ${lastPassAt}`;
  });
}
