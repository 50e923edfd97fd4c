import type { NodeId } from '../../lib/contract/documents/assignment';
import { scraping, isAlerting, isHealthy, type Probe } from '../../lib/core/failover/health';
import type { Contact } from '../base/contact';
import type { Policy } from '../../lib/contract/documents/policy';

/** How often in a row a node did, or did not, do the alerting node's work. */
export interface Streak {
  readonly consecutiveSuccesses: number;
  readonly consecutiveFailures: number;
}

export const NO_STREAK: Streak = { consecutiveSuccesses: 0, consecutiveFailures: 0 };

export interface ProbesDeps {
  readonly self: NodeId;
  /** Of every node of the shard, this one included. */
  readonly addresses: () => ReadonlyMap<NodeId, string>;
  /** Asks one node; bounded by the time-out, and never rejects. */
  readonly probe: (node: NodeId, address: string, timeoutMs: number, knownEpoch: number) => Promise<Probe>;
  /** Of the assignment that this node applied: who missed it learns of it by being probed. */
  readonly knownEpoch: () => number;
  readonly policy: Policy;
  readonly contact: Contact;
}

/** What this node sees of all nodes, itself included, by the same probe as the control plane's. */
export class Probes {
  private readonly last = new Map<NodeId, Probe>();
  private readonly streaks = new Map<NodeId, Streak>();
  private rounds = 0;
  /** By node: the round that had begun last when it got its role. */
  private readonly forgottenIn = new Map<NodeId, number>();

  constructor(private readonly deps: ProbesDeps) {}

  async round(): Promise<void> {
    // Who is not one of the nodes any more is not asked any more: as seen last it would work, and alert, for ever.
    const { self, addresses, policy, contact } = this.deps;
    const round = ++this.rounds;
    const known = addresses();
    for (const node of this.last.keys()) if (!known.has(node)) this.last.delete(node);
    for (const [node, probe] of await this.probeAll(policy.probe.timeoutMs)) {
      this.last.set(node, probe);
      if (node !== self && probe.agent !== null) contact.peerAnsweredAt = probe.at;
      if (round <= (this.forgottenIn.get(node) ?? 0)) continue;
      const { consecutiveSuccesses, consecutiveFailures } = this.streakOf(node);
      this.streaks.set(
        node,
        isAlerting(probe, policy)
          ? { consecutiveSuccesses: consecutiveSuccesses + 1, consecutiveFailures: 0 }
          : { consecutiveSuccesses: 0, consecutiveFailures: consecutiveFailures + 1 },
      );
    }
  }

  /** Fresh probes of every node with an address, all at once. */
  async probeAll(timeoutMs: number, knownEpoch = this.deps.knownEpoch()): Promise<Map<NodeId, Probe>> {
    const { addresses, probe } = this.deps;
    const probes = [...addresses()].map(([node, address]) => probe(node, address, timeoutMs, knownEpoch));
    return new Map((await Promise.all(probes)).map((probe) => [probe.node, probe]));
  }

  /** Lets the others know of an epoch that was just written. Never rejects. */
  async tell(epoch: number): Promise<void> {
    const { self, addresses, probe, policy } = this.deps;
    const others = [...addresses()].filter(([node]) => node !== self);
    await Promise.all(others.map(([node, address]) => probe(node, address, policy.verifyTimeoutMs, epoch)));
  }

  /** The highest epoch that another node had applied when it was last seen; 0: none. */
  get othersEpoch(): number {
    const others = [...this.last.values()].filter(({ node }) => node !== this.deps.self);
    return Math.max(0, ...others.map(({ agent }) => agent?.appliedEpoch ?? 0));
  }

  /** A node is judged from when it got its role: before, its gate was rightly closed, also in an answer still to come. */
  forget(node: NodeId): void {
    this.streaks.delete(node);
    this.forgottenIn.set(node, this.rounds);
  }

  streakOf(node: NodeId): Streak {
    return this.streaks.get(node) ?? NO_STREAK;
  }

  /** As last seen: its agent, wherever it is known to be. */
  answers(node: NodeId): boolean {
    return (this.last.get(node)?.agent ?? null) !== null;
  }

  get peerIsAlerting(): boolean {
    return this.somePeer(isAlerting);
  }

  get peerIsHealthy(): boolean {
    return this.somePeer(isHealthy);
  }

  private somePeer(holds: typeof isHealthy): boolean {
    return [...this.last.values()].some((probe) => probe.node !== this.deps.self && holds(probe, this.deps.policy));
  }

  /** The last probe of this node, null before the first. */
  get own(): Probe | null {
    return this.last.get(this.deps.self) ?? null;
  }

  get selfIsHealthy(): boolean {
    return this.own !== null && isHealthy(this.own, this.deps.policy);
  }

  /** As last seen: this node's Prometheus is ready and scrapes, whatever the agent's own port says. */
  get prometheusIsHealthy(): boolean {
    return this.own !== null && this.own.ready && scraping(this.own, this.deps.policy);
  }
}
