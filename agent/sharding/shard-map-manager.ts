import type { PostedAlert } from '../../lib/contract/documents/alerts';
import { ONE_SHARD, SHARD_MAP, type ShardMap } from '../../lib/contract/documents/shard-map';
import { shardCountsOf, normalized } from '../../lib/core/sharding/sharding';
import { DROP_AFTER_MS, notifies } from '../../lib/core/alerts/ownership';
import { hashmod } from './hashmod';
import { systemClock } from '../../lib/shell/async/clock';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { writeAtomically } from '../base/files';
import type { Log } from '../base/log';
import { readState } from '../base/state-file';
import { TargetInstances, type ListedTarget } from './instances';

/** A split is announced ten minutes ahead (policy.sharding.overlapMs), and followed closely from then on. */
const CALM_MS = 15_000;
/** A list of thousands of targets is some megabytes. */
const LOOK_AGAIN_MS = 500;

export interface ShardMapDeps {
  readonly shard: number;
  readonly store: Pick<ControlStore, 'readShardMap'>;
  /** The shard map that was read last, for a start without S3. */
  readonly file: string;
  /** What own Prometheus scrapes. @throws when it does not answer in time */
  readonly targets: () => Promise<readonly ListedTarget[]>;
  readonly log: Log;
}

/** Follows the shard map: what this node scrapes, and which alerts it sends. */
export class ShardMapManager {
  shardMap: ShardMap;
  private before: { readonly shardMap: ShardMap; readonly changedAt: number } | null = null;
  private readonly instances = new TargetInstances(Date.now);
  private readAt = -Infinity;
  private lookedAt = -Infinity;
  private looking = false;

  constructor(private readonly deps: ShardMapDeps) {
    this.shardMap = readState(SHARD_MAP, deps.file, ONE_SHARD, deps.log);
  }

  /**
   * Whether another shard map is in force now, and with it who sends which alert: then it has to be kept.
   * @throws when the store does not answer; what was known stays in force
   */
  async round(): Promise<boolean> {
    const { store, log, shard } = this.deps;
    const now = systemClock.elapsed();
    if (this.shardMap.next === null && now - this.readAt < CALM_MS) return false;
    const shardMap = (await store.readShardMap())?.shardMap ?? ONE_SHARD;
    this.readAt = now;
    if (JSON.stringify(shardMap) === JSON.stringify(this.shardMap)) return false;
    if (shardMap.shards !== this.shardMap.shards) this.before = { shardMap: this.shardMap, changedAt: Date.now() };
    this.shardMap = shardMap;
    log('info', 'shard-map', { shards: shardMap.shards, next: shardMap.next, scrapes: shardCountsOf(shardMap, shard) });
    return true;
  }

  /** For a start without S3. @throws when the disk is full */
  keep(): void {
    writeAtomically(this.deps.file, SHARD_MAP.serialize(this.shardMap));
  }

  /** By which numbers targets are picked: what goes is kept until its new owner must have learnt that it is his. */
  get shardCounts(): readonly number[] {
    const { shard } = this.deps;
    const now = shardCountsOf(this.shardMap, shard);
    if (this.before === null || Date.now() - this.before.changedAt >= DROP_AFTER_MS) return now;
    // Scraped just before, by either number.
    return normalized([...now, ...shardCountsOf({ shards: this.before.shardMap.shards, next: null }, shard)]);
  }

  notifies(alert: PostedAlert): boolean {
    const { shardMap, before, hasSeveral } = this;
    const { instance } = alert.labels;
    if (hasSeveral && instance !== undefined && this.instances.isUndecided(instance)) {
      void this.lookAtTargets();
      return false;
    }
    const ownership = { shard: this.deps.shard, shardMap, before, instances: this.instances.known, owner: hashmod };
    return notifies(alert, ownership, Date.now());
  }

  /** Whose alert is whose hangs on the targets, where there are several shards. */
  async lookAtTargets(): Promise<void> {
    if (!this.hasSeveral || this.looking || systemClock.elapsed() - this.lookedAt < LOOK_AGAIN_MS) return;
    this.looking = true;
    this.lookedAt = systemClock.elapsed();
    // Who does not answer posts no alert either.
    const targets = await this.deps.targets().catch(() => null);
    if (targets !== null) this.instances.see(targets);
    this.looking = false;
  }

  private get hasSeveral(): boolean {
    return this.shardMap.shards > 1 || this.shardMap.next !== null;
  }
}
