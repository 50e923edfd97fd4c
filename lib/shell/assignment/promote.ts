import type { Assignment, Caller, NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';
import { isAlerting, type Probe } from '../../core/failover/health';
import { isOutdone } from '../../core/failover/late-rules';
import { decidePromotion } from '../../core/failover/promotion';
import type { Clock } from '../async/clock';
import type { ControlStore } from './store';
import { swappableAssignment } from './swappable';
import { updateByCas, type CasDecision } from './update-by-cas';

/** A call for promotion: from health-check, the alarm, an agent or an operator. */
export interface PromoteRequest {
  readonly caller: Caller;
  /** Misses that the caller counted itself; without them promote() counts its own. */
  readonly consecutiveFailures?: { readonly node: NodeId; readonly count: number };
  /** How long a node has been silent to the caller, who watches it, ms: as of now, whenever it is asked. */
  readonly silence?: () => { readonly node: NodeId; readonly forMs: number } | null;
  /** The caller is this node's agent and saw its Prometheus exit. */
  readonly exited?: NodeId;
}

export interface PromoteOutcome {
  readonly acted: boolean;
  /** One sentence: what was done, or why nothing was. */
  readonly because: string;
  /** The assignment as it now stands, null when there is none. */
  readonly assignment: Assignment | null;
  /** Alerting is needed and nobody whom this caller reaches could do it: let others try. */
  readonly noCandidate?: true;
}

export interface PromoteDeps extends Pick<Clock, 'now' | 'sleep'> {
  readonly store: Pick<ControlStore, 'readAssignment' | 'writeAssignment'>;
  readonly nodes: readonly NodeId[];
  /** One fresh probe of every node that has an address, all in parallel. `knownEpoch`: they learn of it. */
  readonly probeAll: (timeoutMs: number, knownEpoch?: number) => Promise<ReadonlyMap<NodeId, Probe>>;
  /** Lets every node know at once that this epoch was written. A promise is waited for; never rejects. */
  readonly tell: (epoch: number) => Promise<unknown> | void;
  readonly policy: Policy;
}

/**
 * promote-alerting, wherever it is called from: reads, probes for itself, decides by the core, writes by
 * compare-and-swap. Concurrent and repeated calls are harmless: only one write of an epoch can win, and
 * whoever loses looks again and finds a healthy active node.
 *
 * @throws when the store does not answer; nothing was written then, or the write's fate is unknown and
 *   the next call will see it
 */
export async function promote(request: PromoteRequest, deps: PromoteDeps): Promise<PromoteOutcome> {
  const { policy, nodes } = deps;
  let counted = request.consecutiveFailures ?? null;
  let timeoutMs = policy.verifyTimeoutMs;
  const decide = async (
    assignment: Assignment | null,
    probes: ReadonlyMap<NodeId, Probe>,
  ): Promise<CasDecision<Assignment, PromoteOutcome>> => {
    counted = count(counted, assignment, probes, policy);
    const decision = decidePromotion(
      {
        assignment,
        nodes,
        probes,
        consecutiveFailures: counted,
        silence: request.silence?.() ?? null,
        exited: request.exited ?? null,
        caller: request.caller,
        policy,
      },
      deps.now(),
    );
    const { because } = decision;
    if (decision.kind === 'promote')
      return { kind: 'write', next: decision.next, result: { acted: true, because, assignment: decision.next } };
    if (decision.noCandidate && timeoutMs < policy.probe.timeoutMs) {
      // Quick answers are preferred; when nobody gives one, a node that is merely slow is better than nobody.
      timeoutMs = policy.probe.timeoutMs;
      return { kind: 'again' };
    }
    // Who comes without a count (alarm, operator) waits here until the rule has been kept or broken.
    const undecided =
      request.consecutiveFailures === undefined &&
      counted !== null &&
      counted.count > 0 &&
      counted.count < policy.probe.fall;
    if (!undecided || request.exited !== undefined)
      return {
        kind: 'done',
        result: { acted: false, because, assignment, ...(decision.noCandidate && { noCandidate: true }) },
      };
    await deps.sleep(policy.probe.intervalMs);
    return { kind: 'again' };
  };
  const outcome = await updateByCas(swappableAssignment(deps.store), decide, {
    mostLost: MAX_LOST,
    beside: () => deps.probeAll(timeoutMs),
  });
  if (outcome.kind === 'written') await deps.tell(outcome.result.assignment!.epoch);
  if (outcome.kind !== 'lost') return outcome.result;
  const because = `Lost ${outcome.times} races to other writers; they decide.`;
  return { acted: false, because, assignment: outcome.current };
}

const MAX_LOST = 3;

/** Adds the fresh probe to the count of the node that is active now; a count of another node is void. */
function count(
  before: PromoteRequest['consecutiveFailures'] | null,
  assignment: Assignment | null,
  probes: ReadonlyMap<NodeId, Probe>,
  policy: Policy,
): { node: NodeId; count: number } | null {
  if (assignment === null) return null;
  const node = assignment.active;
  const probe = probes.get(node);
  if (probe !== undefined && isAlerting(probe, policy) && !isOutdone(node, probes, policy)) return { node, count: 0 };
  return { node, count: (before?.node === node ? before.count : 0) + 1 };
}
