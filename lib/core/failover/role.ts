import type { Policy } from '../../contract/documents/policy';
import { type RoleState, type RoleInput, type RoleDecision, adopt } from './role-state';
import { handingOverSince, handOverMs } from './hand-over';

/**
 * One round of an agent: which way its gate stands and whether it asks for promotion.
 * Fails open: without news everybody keeps the role they have; a standby that sees nobody
 * alerting and nobody who could say so, alerts. A higher epoch always wins.
 * `now` in ms, own clock.
 */
export function decideRole(before: RoleState, input: RoleInput, policy: Policy, now: number): RoleDecision {
  const state = { ...adopt(before, input, now), breakGlass: before.breakGlass, handingOverSince: null };
  const assigned = state.assignment?.active === state.node;
  const epoch = state.assignment?.epoch ?? 0;
  // Deleted, or an older version put back: nobody follows it, so it has to be written anew, its pause included.
  const lost = input.store !== null && (input.store.assignment?.epoch ?? 0) < epoch;

  if (assigned) {
    return decision(
      { ...state, breakGlass: null },
      true,
      lost,
      `Assigned by epoch ${epoch}: the gate is open${lost ? ', but the bucket lost it' : ''}.`,
    );
  }
  if (state.breakGlass !== null) return keepOrEndBreakGlass(state, state.breakGlass, { ...input, lost }, policy);
  const since = handingOverSince(before, state, now);
  if (since !== null && !input.peerIsAlerting && now - since < handOverMs(policy)) {
    const because = `Handing over to ${state.assignment!.active} (epoch ${epoch}): the gate stays open until it alerts.`;
    return decision({ ...state, handingOverSince: since }, true, false, because);
  }

  const active = state.assignment?.active ?? 'nobody assigned';
  const standby = (because: string): RoleDecision => decision(state, false, false, because);
  // While somebody alerts or may still do so, nothing was tried: an old failure must not count later.
  const calm = (because: string): RoleDecision => decision({ ...state, writeFailingSince: null }, false, lost, because);
  if (state.assignment !== null && state.assignment.paused !== null) return calm(`Standby of epoch ${epoch}; paused.`);
  if (input.peerIsAlerting) return calm(`Standby of epoch ${epoch}: a peer alerts.`);
  if (state.assignment !== null && input.activeFailures < policy.probe.fall) {
    return calm(`Standby of epoch ${epoch}: ${active} missed ${input.activeFailures} of ${policy.probe.fall} probes.`);
  }
  if (!input.selfIsHealthy) return standby(`${active} does not alert, but this node does not work either.`);

  const storeGoneMs = Math.max(elapsed(state.storeFailingSince, now), elapsed(state.writeFailingSince, now));
  const graceMs = policy.storeOutageGraceMs * (1 + input.standbyRank);
  if (storeGoneMs >= graceMs) {
    const because =
      `BREAK GLASS: ${active} does not alert and the control bucket has failed for ` +
      `${Math.round(storeGoneMs / 1000)} s; this node alerts without an assignment.`;
    return decision({ ...state, breakGlass: { since: now, epoch, because } }, true, false, because);
  }
  if (input.store === null) {
    return standby(
      `${active} does not alert; the control bucket fails since ${Math.round(storeGoneMs / 1000)} s, grace ${graceMs / 1000} s.`,
    );
  }
  const silentMs = now - state.heartbeat.firstReadAt;
  if (silentMs >= policy.heartbeatStaleMs) {
    return decision(
      state,
      false,
      true,
      `${active} does not alert and the control plane has been silent for ${Math.round(silentMs / 1000)} s: asking to take over.`,
    );
  }
  if (lost)
    return decision(
      state,
      false,
      true,
      `${active} does not alert and the bucket lost epoch ${epoch}: asking to take over.`,
    );
  return standby(`${active} does not alert; the control plane is alive and will decide.`);
}

/**
 * Whether this round took alerting from a node that was cut off. Its Alertmanager still believes what was true before:
 * an alert that ended meanwhile is firing to it, and as soon as it learns that the others have notified of the end, it notifies of the
 * beginning again.
 */
export function supersededWhilePartitioned(
  before: RoleState,
  after: RoleDecision,
  policy: Policy,
  now: number,
): boolean {
  const alerted = before.assignment?.active === before.node || before.breakGlass !== null;
  const cutOffMs = elapsed(before.storeFailingSince, now);
  return alerted && after.gate === 'closed' && cutOffMs > policy.storeTimeoutMs + policy.pollMs;
}

function keepOrEndBreakGlass(
  state: RoleState,
  glass: NonNullable<RoleState['breakGlass']>,
  input: RoleInput & { readonly lost: boolean },
  policy: Policy,
): RoleDecision {
  const closed = (because: string): RoleDecision => decision({ ...state, breakGlass: null }, false, false, because);
  const epoch = state.assignment?.epoch ?? 0;
  if (epoch > glass.epoch)
    return closed(`Epoch ${epoch} is newer than the one this node broke the glass at: the gate closes.`);
  // Without the bucket, two nodes that broke the glass could each take the other for the assigned one and both close.
  if (state.assignment !== null && input.store !== null && input.activeSuccesses >= policy.probe.rise) {
    return closed(`${state.assignment.active} alerts again and keeps epoch ${epoch}: the gate closes.`);
  }
  // Still alone. As soon as the store answers, make it official: by the same core, by compare-and-swap.
  const takeOver = input.lost || (input.store !== null && !state.assignment?.paused);
  return decision(state, true, takeOver, glass.because);
}

function elapsed(since: number | null, now: number): number {
  return since === null ? 0 : now - since;
}

function decision(state: RoleState, open: boolean, takeOver: boolean, because: string): RoleDecision {
  return { state, gate: open ? 'open' : 'closed', takeOver, because };
}
