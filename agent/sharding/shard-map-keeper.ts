import type { PostedAlert } from '../../lib/contract/documents/alerts';
import { ONE_SHARD, SHARD_MAP, type ShardMap } from '../../lib/contract/documents/shard-map';
import { shardCountsOf, normalized } from '../../lib/core/sharding/sharding';
import { DROP_AFTER_MS, notifies, type Instances } from '../../lib/core/alerts/ownership';
import { hashmod } from './hashmod';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { readIfExists, writeAtomically } from '../base/files';
import { messageOf, type Log } from '../base/log';

export interface LayoutDeps {
  readonly shard: number;
  readonly store: Pick<ControlStore, 'readLayout'>;
  /** The layout that was read last, for a start without S3. */
  readonly file: string;
  /** The user's targets in the configuration that runs. */
  readonly instances: () => Instances;
  readonly log: Log;
}

/** Follows the layout of the shards: what this node scrapes, and of which alerts it tells. */
export class LayoutKeeper {
  layout: ShardMap;
  private before: { readonly layout: ShardMap; readonly changedAt: number } | null = null;
  private known: Instances | null = null;

  constructor(private readonly deps: LayoutDeps) {
    this.layout = this.load();
  }

  /**
   * Whether another layout is in force now, and with it who tells which alert: then it has to be kept.
   * @throws when the store does not answer; what was known stays in force
   */
  async round(): Promise<boolean> {
    const { store, log, shard } = this.deps;
    const layout = (await store.readLayout())?.layout ?? ONE_SHARD;
    if (JSON.stringify(layout) === JSON.stringify(this.layout)) return false;
    if (layout.shards !== this.layout.shards) this.before = { layout: this.layout, changedAt: Date.now() };
    this.layout = layout;
    log('info', 'layout', { shards: layout.shards, next: layout.next, scrapes: shardCountsOf(layout, shard) });
    return true;
  }

  /** For a start without S3. @throws when the disk is full */
  keep(): void {
    writeAtomically(this.deps.file, SHARD_MAP.serialize(this.layout));
  }

  /** By which numbers targets are picked: what goes is kept until its new owner must have learnt that it is his. */
  get shardCounts(): readonly number[] {
    const { shard } = this.deps;
    const now = shardCountsOf(this.layout, shard);
    if (this.before === null || Date.now() - this.before.changedAt >= DROP_AFTER_MS) return now;
    // Scraped just before, by either number.
    return normalized([...now, ...shardCountsOf({ shards: this.before.layout.shards, next: null }, shard)]);
  }

  notifies(alert: PostedAlert): boolean {
    const { shard, instances } = this.deps;
    this.known ??= instances();
    const telling = { shard, layout: this.layout, before: this.before, instances: this.known, owner: hashmod };
    return notifies(alert, telling, Date.now());
  }

  /** Another configuration runs. */
  forgetInstances(): void {
    this.known = null;
  }

  private load(): ShardMap {
    const { file, log } = this.deps;
    try {
      const text = readIfExists(file);
      return text === null ? ONE_SHARD : SHARD_MAP.parse(text, file);
    } catch (error) {
      log('warn', 'state-corrupted', { file, error: messageOf(error) });
      return ONE_SHARD;
    }
  }
}
