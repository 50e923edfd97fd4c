import type { Notification } from '../../lib/contract/documents/alerts';
import { MAX_AHEAD_MS, watchdogsIn } from '../../lib/core/alerts/watchdog';

/**
 * Where the dead man's switch arrives. The Alertmanagers of all shards are one cluster, and any of them may send any
 * shard's: this node passes on what it got of another shard in its announcement, and hears so of its own.
 */
export class WatchdogReceiver {
  /** By own clock, ms: when this node last received one. */
  receivedAt: number | null = null;
  private readonly received = new Map<number, number>();
  /** Of the own shard, by what other nodes say that they received. */
  private heard: number | null = null;

  constructor(private readonly shard: number) {}

  /** The own shard's youngest, by the clock of the Prometheus that evaluated it, ms; what a clock that was set back left in the future is none. */
  get evaluatedAt(): number | null {
    const latest = Date.now() + MAX_AHEAD_MS;
    const times = [this.received.get(this.shard) ?? null, this.heard].filter((at) => at !== null && at <= latest);
    return times.length === 0 ? null : Math.max(...times.map(Number));
  }

  /**
   * Whether there was one of another shard in it, which waits to hear of it.
   * @throws Error when the notification has none in it
   */
  take(notification: Notification): boolean {
    const found = watchdogsIn(notification, Date.now());
    if (found.size === 0) throw new Error('the notification has no watchdog that fires in it');
    this.receivedAt = Date.now();
    for (const [shard, at] of found) this.received.set(shard, younger(at, this.received.get(shard)));
    return [...found.keys()].some((shard) => shard !== this.shard);
  }

  /** What this node received, for its announcement: of each shard, ISO 8601. */
  get passedOn(): Record<string, string> {
    return Object.fromEntries([...this.received].map(([shard, at]) => [String(shard), new Date(at).toISOString()]));
  }

  /** What another node passed on. */
  hear(passedOn: Readonly<Record<string, string>> | undefined): void {
    const at = Date.parse(passedOn?.[String(this.shard)] ?? '');
    if (at <= Date.now() + MAX_AHEAD_MS) this.heard = younger(at, this.heard ?? undefined);
  }
}

/** One from the future was believed by a clock that was set back since. */
function younger(at: number, before = 0): number {
  return before > Date.now() + MAX_AHEAD_MS ? at : Math.max(at, before);
}
