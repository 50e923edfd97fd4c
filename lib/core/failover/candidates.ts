import { MAX_EPOCH_JUMP, type Assignment, type Caller, type NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';
import { hasLateRules, isOutdone, latenessSaid } from './late-rules';
import { blindness, complaints, isPromotable, isAlerting, isHealthy, type Probe } from './health';

/** Everything a promotion is decided from: read first, then decided, then written. */
export interface Situation {
  readonly assignment: Assignment | null;
  /** Nodes of the shard in order of preference. */
  readonly nodes: readonly NodeId[];
  /** Fresh probes, one per node that has an address. */
  readonly probes: ReadonlyMap<NodeId, Probe>;
  /** Consecutive misses of one node, the fresh probe included. */
  readonly consecutiveFailures: { readonly node: NodeId; readonly count: number } | null;
  /** How long a node has been silent to the caller, who watches it, ms. */
  readonly silence: { readonly node: NodeId; readonly forMs: number } | null;
  /** The node whose own agent saw its Prometheus exit: certain, so nothing is counted. */
  readonly exited: NodeId | null;
  readonly caller: Caller;
  readonly policy: Policy;
}

/** Who may take over, best first: whose rules are on time, who alerts already, whose gate is primed, the order of preference. */
export function candidates(s: Situation): NodeId[] {
  const able = s.nodes.filter((node) => {
    const probe = s.probes.get(node);
    // Who believes in a later epoch than anybody will write would not follow its promotion.
    return (
      node !== s.exited &&
      probe !== undefined &&
      isPromotable(probe, s.policy) &&
      isCredible(s)(probe.agent!.appliedEpoch)
    );
  });
  const rank = (node: NodeId): number => {
    const probe = s.probes.get(node)!;
    const { gateOpen, gatePrimed } = probe.agent!;
    return (hasLateRules(probe) ? 3 : 0) + (gateOpen ? 0 : gatePrimed ? 1 : 2);
  };
  return able.sort((a, b) => rank(a) - rank(b));
}

/** Whether it does the alerting node's work, and no other would do it better. */
export function isServing(s: Situation, node: NodeId): boolean {
  const probe = s.probes.get(node);
  return probe !== undefined && isAlerting(probe, s.policy) && !isOutdone(node, s.probes, s.policy);
}

export function highestApplied(s: Situation): number {
  return Math.max(0, ...[...s.probes.values()].map((probe) => probe.agent?.appliedEpoch ?? 0).filter(isCredible(s)));
}

/** Epochs rise one by one: who claims to be far ahead is wrong, and would make epochs run out. */
function isCredible({ assignment }: Situation): (appliedEpoch: number) => boolean {
  return (appliedEpoch) => appliedEpoch <= (assignment?.epoch ?? 0) + MAX_EPOCH_JUMP;
}

/** What keeps the active node from alerting. */
export function explain(s: Situation, node: NodeId): string {
  const probe = s.probes.get(node);
  if (probe === undefined) return 'its address is not known';
  return complaints(probe, s.policy) || (isAlerting(probe, s.policy) ? latenessSaid(probe) : 'its gate is closed');
}

/** What keeps each node from taking over. */
export function explainNodes(s: Situation): string {
  return s.nodes.map((node) => `${node}: ${obstacle(s, node)}`).join('; ');
}

function obstacle(s: Situation, node: NodeId): string {
  const probe = s.probes.get(node);
  if (probe?.agent && isHealthy(probe, s.policy)) {
    const { agent } = probe;
    if (!agent.storeReachable) return 'it cannot read the control bucket';
    if (!isCredible(s)(agent.appliedEpoch)) return `it claims epoch ${agent.appliedEpoch}, which nobody wrote`;
    if (node === s.exited) return 'its Prometheus exited';
    if (agent.undiscovered !== undefined) return blindness(probe);
  }
  return explain(s, node);
}
