import type { PostedAlert } from '../../contract/documents/alerts';
import type { ShardMap } from '../../contract/documents/shard-map';
import { SHARD_LABEL } from '../../contract/labels';

/** Instances of the user's targets, as alerts name them, and the addresses behind each. */
export type Instances = ReadonlyMap<string, readonly string[]>;

/** What decides whether one shard sends an alert. Times in ms since the Unix epoch. */
export interface AlertOwnership {
  readonly shard: number;
  readonly shardMap: ShardMap;
  /** The shard map before, and when this node learnt of the change; null when it knows of none. */
  readonly before: { readonly shardMap: ShardMap; readonly changedAt: number } | null;
  readonly instances: Instances;
  /** Which shard of so many a target belongs to. */
  readonly owner: (address: string, shards: number) => number;
}

/** Old and new owner send the same for so long, as not all learn of a change at once: better both than nobody. */
export const BOTH_SEND_MS = 6_000;
/** After this the targets that have gone are no longer scraped: their new owner sends their alerts by now. */
export const DROP_AFTER_MS = 8_000;
/** For so long after a change an alert that names no target may have ended only because its target went. */
const DOUBTFUL_MS = 120_000;

/**
 * Whether this shard sends an alert. Of a target, its owner by the shard map in force does and nobody else: while targets
 * move, two shards scrape them, and the one that stops would send the end of alerts that go on with the other. What no
 * gate sends its Alertmanager forgets after some resends, so nothing is sent that has not been seen.
 */
export function notifies(alert: PostedAlert, t: AlertOwnership, now: number): boolean {
  const { shard, shardMap, before, instances, owner } = t;
  const { instance } = alert.labels;
  const addresses = instances.get(instance ?? '');
  if (addresses !== undefined) {
    const mine = (shards: number): boolean => addresses.some((address) => owner(address, shards) === shard);
    return (
      mine(shardMap.shards) ||
      (before !== null && now - before.changedAt < BOTH_SEND_MS && mine(before.shardMap.shards))
    );
  }
  // About the shard itself, or its own nodes, which nobody else watches.
  if (instance !== undefined || alert.labels[SHARD_LABEL] !== undefined) return true;
  if (shard >= shardMap.shards) return false;
  if (before === null || before.shardMap.shards === shardMap.shards) return true;
  const endsAt = Date.parse(alert.endsAt ?? '');
  return !(endsAt <= now && endsAt >= before.changedAt && endsAt < before.changedAt + DOUBTFUL_MS);
}
