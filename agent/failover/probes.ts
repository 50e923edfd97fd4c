import type { NodeId } from '../../lib/contract/documents/assignment';
import type { Policy } from '../../lib/contract/documents/policy';
import { scraping, serves, works, type Probe } from '../../lib/core/failover/health';
import { probeNode } from '../../lib/shell/probes/prober';

/** How often in a row a node did, or did not, do the alerting node's work. */
export interface Streak {
  readonly hits: number;
  readonly misses: number;
}

const NO_STREAK: Streak = { hits: 0, misses: 0 };

/** What this node sees of all nodes, itself included, by the same probe as the control plane's. */
export class Probes {
  private readonly last = new Map<NodeId, Probe>();
  /** When the last probe that a peer's agent answered began. */
  peerAnsweredAt: number | null = null;
  private readonly streaks = new Map<NodeId, Streak>();

  constructor(
    private readonly self: NodeId,
    private readonly addresses: () => ReadonlyMap<NodeId, string>,
    private readonly policy: Policy,
  ) {}

  async round(): Promise<void> {
    // Who is not one of the nodes any more is not asked any more: as seen last it would work, and alert, for ever.
    const known = this.addresses();
    for (const node of this.last.keys()) if (!known.has(node)) this.last.delete(node);
    for (const [node, probe] of await this.probeAll(this.policy.probe.timeoutMs)) {
      this.last.set(node, probe);
      if (node !== this.self && probe.agent !== null) this.peerAnsweredAt = probe.at;
      const { hits, misses } = this.streakOf(node);
      this.streaks.set(
        node,
        serves(probe, this.policy) ? { hits: hits + 1, misses: 0 } : { hits: 0, misses: misses + 1 },
      );
    }
  }

  /** Fresh probes of every node with an address, all at once. */
  async probeAll(timeoutMs: number): Promise<Map<NodeId, Probe>> {
    const probes = [...this.addresses()].map(([node, address]) => probeNode(node, address, timeoutMs, Date.now));
    return new Map((await Promise.all(probes)).map((probe) => [probe.node, probe]));
  }

  /** A node is judged from when it got its role: before, its gate was rightly closed. */
  forget(node: NodeId): void {
    this.streaks.delete(node);
  }

  streakOf(node: NodeId): Streak {
    return this.streaks.get(node) ?? NO_STREAK;
  }

  get peerAlerts(): boolean {
    return this.somePeer(serves);
  }

  get peerWorks(): boolean {
    return this.somePeer(works);
  }

  private somePeer(holds: typeof works): boolean {
    return [...this.last.values()].some((probe) => probe.node !== this.self && holds(probe, this.policy));
  }

  /** The last probe of this node, null before the first. */
  get own(): Probe | null {
    return this.last.get(this.self) ?? null;
  }

  get selfWorks(): boolean {
    return this.own !== null && works(this.own, this.policy);
  }

  /** As last seen: this node's Prometheus is ready and scrapes, whatever the agent's own port says. */
  get prometheusWorks(): boolean {
    return this.own !== null && this.own.ready && scraping(this.own, this.policy);
  }
}
