import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { nullable, fields, orElse, text, time, version1 } from '../shape';
import { shardCount } from './shard-report';

const shape = fields({
  version: version1,
  /** In force: who sends the alerts of a target. */
  shards: shardCount,
  /** Being prepared: scraped by it too; null when nothing is. */
  next: nullable(shardCount),
  /** ISO 8601, UTC; when it was written. */
  at: time,
  /** One sentence. */
  because: orElse(text, ''),
});

/**
 * Between how many shards targets are split (KEYS.shardMap), for all shards. A number alone would not do: while it grows,
 * targets move, and the new owner of each has to scrape it before the old one stops. So it grows in two steps: `next` is
 * set, and everybody scrapes what is theirs by either number; when all have done so for long enough, `shards` becomes
 * `next`. No deploy says how many shards there are: existing machines and functions would change with it.
 */
export type ShardMap = ReadOnly<z.output<typeof shape>>;

export const SHARD_MAP = documentFormat({
  what: 'shard-map',
  shape,
  maxBytes: 16 * 1024,
  fix: 'put an earlier version of the object back; docs/sharding.md says how',
});

/** Where there is no document, there is one shard. */
export const ONE_SHARD: ShardMap = { version: 1, shards: 1, next: null, at: '1970-01-01T00:00:00Z', because: '' };
