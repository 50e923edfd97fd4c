import type * as z from 'zod/mini';
import { int, gte } from 'zod/mini';
import type { ReadOnly } from '../document';
import { flag, listOf, fields } from '../shape';

/** Between how many shards targets are split, one of the numbers that are in force. */
export const shardCount = int('a whole number').check(gte(1, '1 or more'));

export const shardReport = fields({
  /** By which numbers the Prometheus that runs picks its targets. */
  shardCounts: listOf(shardCount),
  /** It works. */
  isHealthy: flag,
  /** It has worked with them for policy.sharding.overlapMs: timers have run and ranges are full. */
  settled: flag,
});

/** What a node says of itself, as far as it bears on the shard map. */
export type ShardReport = ReadOnly<z.output<typeof shardReport>>;
