import type { NodeOfShard } from '../../contract/keys';
import type { ShardMap } from '../../contract/documents/shard-map';
import type { ShardReport } from '../../contract/documents/shard-report';

/**
 * By which numbers a shard picks its targets, ascending; [1] is all of them. A shard that the shard map does not know yet
 * begins as if it were the last one, so that its gate is primed early.
 */
export function shardCountsOf({ shards, next }: Pick<ShardMap, 'shards' | 'next'>, shard: number): readonly number[] {
  const known = [shards, next].filter((n): n is number => n !== null && shard < n);
  return normalized(known.length === 0 ? [shard + 1] : known);
}

/** Each once, ascending; what holds all targets holds the rest. */
export function normalized(shardCounts: readonly number[]): readonly number[] {
  return shardCounts.includes(1) ? [1] : [...new Set(shardCounts)].sort((a, b) => a - b);
}

/** A node's last word. */
export interface ReportedNode extends NodeOfShard {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly report: ShardReport | null;
}

export type ShardMapDecision =
  | { readonly kind: 'none'; readonly because: string }
  | { readonly kind: 'write'; readonly next: ShardMap; readonly because: string };

/** A node that has left out so many announcements is not there. */
const LEFT_OUT = 3;
/** A shard whose targets nobody could take over is not ready to have them. */
const NEEDED = 2;

/**
 * The next step of the shard map, seen from one shard. A new shard asks to be let in when its nodes work, and is let in when
 * every node of every shard has scraped by both numbers for long enough. `announceMs`: how often nodes say how they are;
 * `now` in ms since the Unix epoch.
 */
export function decideShardMap(
  shardMap: ShardMap,
  shard: number,
  nodes: readonly ReportedNode[],
  announceMs: number,
  now: number,
): ShardMapDecision {
  const none = (because: string): ShardMapDecision => ({ kind: 'none', because });
  if (shard < shardMap.shards) return none(`Shard ${shard} has its targets: there are ${shardMap.shards} shards.`);
  const wanted = shard + 1;
  const there = nodes.filter(({ at }) => now - Date.parse(at) < LEFT_OUT * announceMs);
  const of = (number: number): readonly ReportedNode[] => there.filter((node) => node.shard === number);
  const at = new Date(now).toISOString();

  if (shardMap.next === null || shardMap.next < wanted) {
    const missing = lacking(of(shard), shard, (report) => (report.isHealthy ? null : 'does not work yet'));
    if (missing !== null) return none(`Shard ${shard} waits to be let in: ${missing}.`);
    const because = `The nodes of shard ${shard} work: targets are scraped by both ${shardMap.shards} and ${wanted} from now on.`;
    return { kind: 'write', because, next: { ...shardMap, next: wanted, at, because } };
  }
  if (shardMap.next > wanted) return none(`Shard ${shardMap.next - 1} lets itself in, and shard ${shard} with it.`);
  for (let number = 0; number < wanted; number++) {
    const missing = lacking(of(number), number, ({ shardCounts, settled }) => {
      if (!shardCounts.includes(wanted) && !shardCounts.includes(1)) return `does not scrape by ${wanted} yet`;
      return settled ? null : 'has not scraped its targets for long enough';
    });
    if (missing !== null) return none(`Shard ${shard} waits to be let in: ${missing}.`);
  }
  const because = `Targets are split between ${wanted} shards: every node has scraped its share for long enough.`;
  return { kind: 'write', because, next: { ...shardMap, shards: wanted, next: null, at, because } };
}

/** What keeps a shard's nodes from the next step, or null. */
function lacking(
  nodes: readonly ReportedNode[],
  shard: number,
  complaint: (report: ShardReport) => string | null,
): string | null {
  if (nodes.length < NEEDED) return `${nodes.length} of at least ${NEEDED} nodes of shard ${shard} are there`;
  for (const { node, report } of nodes) {
    const found = report === null ? 'says nothing of its targets' : complaint(report);
    if (found !== null) return `${node} ${found}`;
  }
  return null;
}
