import { Prometheus } from '../../../lib/shell/prometheus/client';
import { holding, overlapping, type BucketBlock } from './blocks';
import { listBucketBlocks } from './bucket';
import { awaitAll } from '../clock';
import { TWO_DAYS } from './history';
import type { Imported } from './history-steps';
import { queriesOf } from '../thanos';
import type { TestBed } from '../test-bed';

const COMPACTED_MS = 600_000;

const SLACK_MS = 3_600_000;
/** A block is in the bucket shortly before those that it replaces are marked: that is no overlap, but work under way. */
const STILL_MS = 5_000;

const STEP_S = 3_600;

/** The compactor's first downsampling: 5 min. */
const DOWNSAMPLED = 300_000;

export interface Compacted {
  /** Raw blocks in use of what was imported. */
  readonly raw: number;
  readonly overlapping: number;
  readonly findings: readonly string[];
}

/** How much of the imported pairs of days is in blocks of two days or more, ms. */
function covered(blocks: readonly BucketBlock[], { history, node }: Imported, resolution: number): number {
  const { from, to } = history;
  return (
    holding(blocks, { replica: node, from, to, resolution })
      // Blocks end with their last sample, not with their range.
      .filter((b) => b.maxTime - b.minTime > TWO_DAYS - SLACK_MS)
      .reduce((sum, b) => sum + Math.min(b.maxTime, to) - Math.max(b.minTime, from), 0)
  );
}

/** What the compactor has still to do, in words; null when all pairs of days are in large blocks, raw and downsampled. */
export function uncompacted(blocks: readonly BucketBlock[], imported: Imported): string | null {
  const { from, to } = imported.history;
  const pairs = Math.floor((to - from) / TWO_DAYS);
  const [raw, small] = [0, DOWNSAMPLED].map((resolution) =>
    Math.min(pairs, Math.floor((covered(blocks, imported, resolution) + pairs * SLACK_MS) / TWO_DAYS)),
  );
  if (raw === pairs && small === pairs) return null;
  return `${raw} of ${pairs} pairs of days are compacted, ${small} are downsampled`;
}

/** Until the compactor has done all that it can do. @throws Error naming what is left when it does not */
export async function compacted(world: TestBed, imported: Imported): Promise<Compacted> {
  let blocks: BucketBlock[] = [];
  let seen = '';
  let since = 0;
  const missing = await awaitAll(
    async () => {
      blocks = await listBucketBlocks(world);
      const now = blocks.map((b) => `${b.ulid} ${b.marked}`).join();
      if (now !== seen) [seen, since] = [now, Date.now()];
      return uncompacted(blocks, imported) ?? (Date.now() - since < STILL_MS ? 'it is at work' : null);
    },
    { timeoutMs: COMPACTED_MS, signal: world.signal, everyMs: 1_000 },
  );
  if (missing !== null) throw new Error(`the compactor does not come to its end: ${missing}`);
  const pairs = overlapping(blocks);
  const { history, node } = imported;
  return {
    raw: holding(blocks, { replica: node, from: history.from, to: history.to }).length,
    overlapping: pairs.length,
    findings: pairs.map(([a, b]) => `blocks ${a.ulid} and ${b.ulid} hold the same time`),
  };
}

/** Whether one query answers with what exists only in the bucket and with what was scraped just now: 1, or 0. */
export async function spansBoth(world: TestBed, { history }: Imported): Promise<number> {
  const end = Math.floor(Date.now() / 1000);
  // Steps are counted from the start: the last one shall be now.
  const steps = Math.ceil((end - history.from / 1000) / STEP_S);
  const series = await new Prometheus(queriesOf(world), { timeoutMs: 30_000 }).range(
    `count({__name__=~"up|${history.metric}"}) by (__name__)`,
    { from: (end - steps * STEP_S) * 1000, to: end * 1000, stepMs: STEP_S * 1000 },
  );
  return series.length === 2 ? 1 : 0;
}
