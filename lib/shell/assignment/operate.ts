import type { Assignment, NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';
import { isAlerting, type Probe } from '../../core/failover/health';
import { decideOperation, type Operation } from '../../core/failover/operations';
import type { Clock } from '../async/clock';
import type { ControlStore } from './store';
import { swappableAssignment } from './swappable';
import { updateByCas } from './update-by-cas';

export interface OperateDeps extends Pick<Clock, 'now' | 'sleep'> {
  readonly store: Pick<ControlStore, 'readAssignment' | 'writeAssignment'>;
  readonly nodes: readonly NodeId[];
  /** One fresh probe of every node that can be reached, all in parallel. `knownEpoch`: they learn of it. */
  readonly probeAll: (knownEpoch?: number) => Promise<ReadonlyMap<NodeId, Probe>>;
  readonly operator: string;
  readonly policy: Policy;
}

export interface OperateOutcome {
  readonly done: boolean;
  /** Something was written. */
  readonly changed: boolean;
  /** One sentence. */
  readonly because: string;
  /** What to do about it; only where it was refused or not seen to work. */
  readonly fix?: string;
  readonly assignment: Assignment | null;
  /** From the write until the node that was asked for was seen alerting, ms; only of a switch-over that was done. */
  readonly tookMs?: number;
}

/** A switch-over takes two polls at most; after this long it has not worked. */
const VERIFY_MS = 15_000;
const LOOK_MS = 200;
const MAX_LOST = 5;

/**
 * pause, resume and switchover: reads, probes, decides by the core, writes by compare-and-swap, and looks whether a
 * switch-over came true. @throws when the control bucket does not answer
 */
export async function operate(operation: Operation, deps: OperateDeps): Promise<OperateOutcome> {
  let found: NodeId | undefined;
  let writtenAt = 0;
  const outcome = await updateByCas<Assignment, OperateOutcome, ReadonlyMap<NodeId, Probe>>(
    swappableAssignment(deps.store),
    (assignment, probes) => {
      found ??= assignment?.active;
      const refused = movedMeanwhile(operation, assignment, found);
      if (refused !== null) return { kind: 'done', result: refused };
      const decision = decideOperation(operation, { assignment, probes, ...deps }, deps.now());
      const { because } = decision;
      if (decision.kind === 'nothing')
        return { kind: 'done', result: { done: true, changed: false, because, assignment } };
      if (decision.kind === 'refuse')
        return { kind: 'done', result: { done: false, changed: false, because, fix: decision.fix, assignment } };
      writtenAt = deps.now();
      return {
        kind: 'write',
        next: decision.next,
        result: { done: true, changed: true, because, assignment: decision.next },
      };
    },
    { mostLost: MAX_LOST, beside: () => (operation.kind === 'switchover' ? deps.probeAll() : new Map()) },
  );
  if (outcome.kind === 'lost') {
    const because = `Lost ${outcome.times} races to other writers; nothing was changed.`;
    const fix = 'look at `promha status` and try again';
    return { done: false, changed: false, because, fix, assignment: outcome.current };
  }
  const { result } = outcome;
  if (outcome.kind === 'done') return result;
  if (operation.kind !== 'switchover') {
    await deps.probeAll(result.assignment!.epoch);
    return result;
  }
  return verify(result.assignment!, result.because, writtenAt, deps);
}

/** Whoever names no node wants it away from the one he saw: asked anew, two of them at once would give it back. */
function movedMeanwhile(
  operation: Operation,
  assignment: Assignment | null,
  found: NodeId | undefined,
): OperateOutcome | null {
  if (operation.kind !== 'switchover' || operation.to !== null || assignment === null) return null;
  if (assignment.active === found) return null;
  const because = `${assignment.active} was given alerting meanwhile (epoch ${assignment.epoch}, ${assignment.by}): ${assignment.reason}`;
  const fix = 'look at `promha history`; ask again if it is still wanted';
  return { done: false, changed: false, because, fix, assignment };
}

/** Waits until the new active node has learnt of it, and has its gate open, and nobody else who answers has. */
async function verify(
  next: Assignment,
  because: string,
  writtenAt: number,
  deps: OperateDeps,
): Promise<OperateOutcome> {
  let servedAt: number | null = null;
  let open: readonly NodeId[] = [];
  while (deps.now() - writtenAt < VERIFY_MS) {
    const probes = await deps.probeAll(next.epoch);
    const probe = probes.get(next.active);
    // Of an earlier epoch its gate may still be open, and about to close.
    const learnt = probe !== undefined && (probe.agent?.appliedEpoch ?? 0) >= next.epoch;
    if (learnt && isAlerting(probe, deps.policy)) servedAt ??= deps.now();
    open = [...probes.values()].filter((p) => p.agent?.gateOpen === true).map((p) => p.node);
    if (servedAt !== null && open.length === 1 && open[0] === next.active) {
      return { done: true, changed: true, because, assignment: next, tookMs: servedAt - writtenAt };
    }
    // A bucket that cannot be read now has taken the write: the gates tell whether it came true.
    const now = (await deps.store.readAssignment().catch(() => null))?.assignment;
    if (now !== undefined && now.active !== next.active) {
      return {
        done: false,
        changed: true,
        because: `${because} But it was changed again meanwhile (epoch ${now.epoch}, ${now.by}): ${now.reason}`,
        fix: 'look at `promha history`; ask again if it is still wanted',
        assignment: now,
      };
    }
    await deps.sleep(LOOK_MS);
  }
  return {
    done: false,
    changed: true,
    because: `${because} But after ${VERIFY_MS / 1000} s the open gates are: ${open.join(', ') || 'none that can be seen'}.`,
    fix: 'look at `promha status`; an active node that does not alert is replaced without being asked',
    assignment: next,
  };
}
