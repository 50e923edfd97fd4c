import type { Instances } from '../../lib/core/alerts/ownership';
import { RESERVED_JOBS } from '../../lib/contract/own-jobs';
import type { Labels } from '../../lib/shell/prometheus/answers';

/** A target as Prometheus lists it: its labels, and those that it had before relabeling. */
export interface ListedTarget {
  readonly labels: Labels;
  readonly discoveredLabels: Labels;
}

/** A target that has gone to another shard, or away, is still told by its alerts for a while: longer than they last. */
const REMEMBERED_MS = 600_000;
/** Whose alert it is, is not decided for so long, while targets are looked at; then nobody knows, and it is sent. */
const UNDECIDED_MS = 3_000;

/** The user's targets, as alerts name them, with the addresses by which shards pick them. Discovered ones come and go. */
export class TargetInstances {
  known: Instances = new Map();
  /** Instance → address → when it was seen last, ms. */
  private readonly seen = new Map<string, Map<string, number>>();
  /** Of the cluster's own jobs. */
  private own: ReadonlySet<string> = new Set();
  /** Since when alerts name an instance that nobody has seen, ms. */
  private readonly askedSince = new Map<string, number>();

  constructor(private readonly now: () => number) {}

  see(targets: readonly ListedTarget[]): void {
    const now = this.now();
    const own = new Set<string>();
    for (const { labels, discoveredLabels } of targets) {
      const { __address__: address, job = '' } = discoveredLabels;
      const { instance } = labels;
      if (address === undefined || instance === undefined) continue;
      if (RESERVED_JOBS.includes(job)) own.add(instance);
      else this.seen.set(instance, (this.seen.get(instance) ?? new Map<string, number>()).set(address, now));
    }
    this.own = own;
    for (const [instance, addresses] of this.seen) {
      for (const [address, at] of addresses) if (now - at > REMEMBERED_MS) addresses.delete(address);
      if (addresses.size === 0) this.seen.delete(instance);
    }
    for (const [instance, since] of this.askedSince) {
      if (this.seen.has(instance) || now - since > REMEMBERED_MS) this.askedSince.delete(instance);
    }
    this.known = new Map([...this.seen].map(([instance, addresses]) => [instance, [...addresses.keys()]]));
  }

  /** Whether targets have to be looked at before it can be said whose this instance is. */
  isUndecided(instance: string): boolean {
    if (this.known.has(instance) || this.own.has(instance)) return false;
    const since = this.askedSince.get(instance) ?? this.now();
    this.askedSince.set(instance, since);
    return this.now() - since < UNDECIDED_MS;
  }
}
