import type { Assignment, NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';
import { isWithheld, MOST_WITHHELD_MS, tellingAll, withheldUntil } from './withheld';
import { blindness, complaints, isPromotable, isAlerting, type Probe } from './health';

/** What an operator may ask for. */
export type Operation =
  | { readonly kind: 'pause'; readonly reason: string }
  | { readonly kind: 'resume' }
  /** Ends that alerts are withheld. */
  | { readonly kind: 'tell'; readonly reason: string }
  /** They are withheld already, and shall be until another date, ms since the Unix epoch. */
  | { readonly kind: 'withhold'; readonly until: number; readonly reason: string }
  /** `to` null: the best standby. */
  | { readonly kind: 'switchover'; readonly to: NodeId | null; readonly reason: string };

export interface OperationSituation {
  readonly assignment: Assignment | null;
  /** Nodes of the shard in order of preference. */
  readonly nodes: readonly NodeId[];
  /** Fresh probes of the nodes that can be reached from where the operator is. */
  readonly probes: ReadonlyMap<NodeId, Probe>;
  /** Who asks, for the audit trail. */
  readonly operator: string;
  readonly policy: Policy;
}

export type OperationDecision =
  | { readonly kind: 'write'; readonly next: Assignment; readonly because: string }
  /** It is as asked already. */
  | { readonly kind: 'nothing'; readonly because: string }
  | { readonly kind: 'refuse'; readonly because: string; readonly fix: string };

/**
 * What becomes of an operator's request. A switch-over is refused where the automatic rule would refuse it too: to a node
 * that is not ready, not scraping or cannot read its assignment. It does not count as flapping, and a pause does not
 * forbid it: whoever paused is at work. `now` in ms since the Unix epoch.
 */
export function decideOperation(operation: Operation, s: OperationSituation, now: number): OperationDecision {
  const { assignment } = s;
  if (assignment === null) {
    return {
      kind: 'refuse',
      because: 'There is no assignment yet, so there is nothing to change.',
      fix: 'wait until the control plane has found a node that is ready; `promha status` says what is missing',
    };
  }
  switch (operation.kind) {
    case 'pause':
      return pause(assignment, operation.reason, s, now);
    case 'resume':
      return resume(assignment, s, now);
    case 'tell':
      return tell(assignment, operation.reason, s, now);
    case 'withhold':
      return withhold(assignment, operation, s, now);
    case 'switchover':
      return switchover(assignment, operation, s, now);
  }
}

function pause(assignment: Assignment, reason: string, s: OperationSituation, now: number): OperationDecision {
  const { paused, active } = assignment;
  if (paused !== null) {
    const because = `Paused already, by ${paused.by} since ${paused.since}: ${paused.reason}`;
    if (paused.by === s.operator) return { kind: 'nothing', because };
    // There is one pause only: whoever resumes it would take away what somebody else relies on.
    return {
      kind: 'refuse',
      because: `${because}. Nothing was noted of yours.`,
      fix: `let ${paused.by} know that you are at work too: a resume ends the pause for both`,
    };
  }
  const at = new Date(now).toISOString();
  const because = `Paused by ${s.operator}: ${reason}. ${active} keeps alerting, whatever happens to it.`;
  return write(assignment, { paused: { by: s.operator, since: at, reason }, reason: because }, because, now);
}

function resume(assignment: Assignment, s: OperationSituation, now: number): OperationDecision {
  const { paused } = assignment;
  if (paused === null) return { kind: 'nothing', because: 'Nothing is paused.' };
  const because = `Resumed by ${s.operator}; it was paused by ${paused.by} since ${paused.since}.`;
  return write(assignment, { paused: null, reason: because }, because, now);
}

function tell(assignment: Assignment, reason: string, s: OperationSituation, now: number): OperationDecision {
  if (assignment.withheld === undefined) return { kind: 'nothing', because: 'All alerts are told already.' };
  const because = `All alerts are told from now on: ${s.operator} asked for it (${reason}).`;
  return write(tellingAll(assignment), { reason: because }, because, now);
}

/** Only goes on with it: what a cluster has told of would run out in Alertmanager, and be told as resolved. */
function withhold(
  assignment: Assignment,
  { until, reason }: { until: number; reason: string },
  s: OperationSituation,
  now: number,
): OperationDecision {
  if (!isWithheld(assignment, now)) {
    return {
      kind: 'refuse',
      because: 'This cluster tells its alerts already, and what it told of would be told as resolved.',
      fix: 'use `promha silence add` for a time without pages',
    };
  }
  if (until <= now || until > now + MOST_WITHHELD_MS) {
    return {
      kind: 'refuse',
      because: `Alerts cannot be withheld until ${new Date(until).toISOString()}.`,
      fix: `name a time within the next ${MOST_WITHHELD_MS / 86_400_000} days`,
    };
  }
  const { since } = assignment.withheld!;
  const withheld = { ...withheldUntil(until, s.operator, reason, now), since };
  const because = `Alerts are withheld until ${withheld.until}: ${s.operator} asked for it (${reason}).`;
  return write(assignment, { withheld, reason: because }, because, now);
}

function switchover(
  assignment: Assignment,
  { to, reason }: { to: NodeId | null; reason: string },
  s: OperationSituation,
  now: number,
): OperationDecision {
  const { active } = assignment;
  if (to !== null && !s.nodes.includes(to)) {
    return {
      kind: 'refuse',
      because: `${to} is not a node of this shard; its nodes are ${s.nodes.join(', ')}.`,
      fix: 'name one of these',
    };
  }
  if (to === active) {
    const probe = s.probes.get(active);
    if (probe !== undefined && isAlerting(probe, s.policy))
      return { kind: 'nothing', because: `${active} alerts already.` };
    return {
      kind: 'refuse',
      because: `${active} is assigned already, but is not seen to alert: ${activeObstacle(s, active)}.`,
      fix: '`promha status` says who could take over; `promha switchover` gives it to that one',
    };
  }
  const wanted = to === null ? s.nodes.filter((node) => node !== active) : [to];
  const able = wanted.filter((node) => {
    const probe = s.probes.get(node);
    return probe !== undefined && isPromotable(probe, s.policy);
  });
  const next = able.find((node) => s.probes.get(node)!.agent!.gatePrimed);
  if (next === undefined) {
    return {
      kind: 'refuse',
      because: `Alerting stays with ${active}: ${wanted.map((node) => `${node}: ${obstacle(s, node)}`).join('; ')}.`,
      fix: 'wait until `promha status` finds nothing wrong with it; a node that fails is replaced without being asked',
    };
  }
  const because = `${next} took over from ${active}: ${s.operator} asked for it${reason === '' ? '' : ` (${reason})`}.`;
  const at = new Date(now).toISOString();
  return write(assignment, { active: next, since: at, reason: because }, because, now);
}

function obstacle(s: OperationSituation, node: NodeId): string {
  const found = notWorking(s, node);
  if (found !== '') return found;
  const probe = s.probes.get(node)!;
  if (!probe.agent!.storeReachable) return 'it cannot read the control bucket';
  return blindness(probe) || 'its gate has not listened for a resend interval yet';
}

function activeObstacle(s: OperationSituation, node: NodeId): string {
  return notWorking(s, node) || 'its gate is closed';
}

function notWorking({ probes, policy }: OperationSituation, node: NodeId): string {
  const probe = probes.get(node);
  return probe === undefined ? 'it cannot be reached from here' : complaints(probe, policy);
}

function write(assignment: Assignment, change: Partial<Assignment>, because: string, now: number): OperationDecision {
  const at = new Date(now).toISOString();
  return {
    kind: 'write',
    because,
    next: { ...assignment, ...change, epoch: assignment.epoch + 1, by: 'operator', at },
  };
}
