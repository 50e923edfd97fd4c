import type { Assignment, NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';

/** What an agent remembers between two rounds. `assignment` is also kept on disk. */
export interface RoleState {
  readonly node: NodeId;
  /** The highest epoch ever applied; older ones are refused. */
  readonly assignment: Assignment | null;
  /** Since when the control bucket cannot be read (own clock, ms), or null. */
  readonly storeFailingSince: number | null;
  /** Since when own attempts to take over fail on the store, or null. */
  readonly writeFailingSince: number | null;
  /** The heartbeat last read, and when it was first read (own clock: no other clock is trusted). */
  readonly heartbeat: { readonly text: string | null; readonly firstReadAt: number };
  /** Set while this node alerts without being assigned. */
  readonly breakGlass: null | { readonly since: number; readonly epoch: number; readonly because: string };
  /** Since when this node keeps its gate open for the one that an operator gave alerting to, own clock, ms; or null. */
  readonly handingOverSince: number | null;
}

/** What one round saw. */
export interface RoleInput {
  /** The control bucket's answer; null when there was none in time. `assignment` null: not written yet. */
  readonly store: null | { readonly assignment: Assignment | null; readonly heartbeat: string | null };
  /** Consecutive probes in which the assigned node did not serve, as seen from here. */
  readonly activeFailures: number;
  /** Consecutive probes in which it did. */
  readonly activeSuccesses: number;
  /** A peer, assigned or not, works and has its gate open. */
  readonly peerIsAlerting: boolean;
  /** Own Prometheus is ready and scraping. */
  readonly selfIsHealthy: boolean;
  /** Place among the standbys, from 0: a later one waits longer. */
  readonly standbyRank: number;
  /** How the last attempt to take over ended, since the last round. */
  readonly attempt: 'none' | 'refused' | 'store-failed' | 'written';
}

export interface RoleDecision {
  readonly state: RoleState;
  readonly gate: 'open' | 'closed';
  /** Ask the promotion core to take over, as `caller: break-glass`. */
  readonly takeOver: boolean;
  /** One sentence: what this round decided and why. */
  readonly because: string;
}

export function initialRole(node: NodeId, lastGood: Assignment | null, now: number): RoleState {
  return {
    node,
    assignment: lastGood,
    storeFailingSince: null,
    writeFailingSince: null,
    heartbeat: { text: null, firstReadAt: now },
    breakGlass: null,
    handingOverSince: null,
  };
}

/**
 * One round of an agent: which way its gate stands and whether it asks for promotion.
 * Fails open: without news everybody keeps the role they have; a standby that sees nobody
 * alerting and nobody who could tell it so, alerts. A higher epoch always wins.
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
 * A planned hand-over closes no gate before another one is open: two that are open at once tell the same, none tells
 * nothing. Only an operator's: who was cut off, or failed, must close at once.
 */
function handingOverSince(before: RoleState, state: Omit<RoleState, 'handingOverSince'>, now: number): number | null {
  if (state.assignment?.by !== 'operator') return null;
  const same = before.assignment?.epoch === state.assignment.epoch;
  if (same) return before.handingOverSince;
  const alerted = before.assignment?.active === before.node && before.storeFailingSince === null;
  return alerted ? now : null;
}

/** Until the new one has read its assignment and a probe has seen its gate. */
export function handOverMs(policy: Policy): number {
  return policy.pollMs + policy.storeTimeoutMs + policy.probe.intervalMs + policy.probe.timeoutMs;
}

/**
 * Whether this round took alerting from a node that was cut off. Its Alertmanager still believes what was true before:
 * an alert that ended meanwhile is firing to it, and as soon as it learns that the others have told the end, it tells the
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

/** Takes in what the store said; refuses epochs older than the one applied. */
function adopt(before: RoleState, input: RoleInput, now: number): Omit<RoleState, 'breakGlass' | 'handingOverSince'> {
  const writeFailingSince =
    input.attempt === 'store-failed'
      ? (before.writeFailingSince ?? now)
      : input.attempt === 'none'
        ? before.writeFailingSince
        : null;
  if (input.store === null) {
    return { ...before, writeFailingSince, storeFailingSince: before.storeFailingSince ?? now };
  }
  const read = input.store.assignment;
  const newer = read !== null && read.epoch >= (before.assignment?.epoch ?? 0);
  const { text } = before.heartbeat;
  return {
    node: before.node,
    assignment: newer ? read : before.assignment,
    storeFailingSince: null,
    // A changed assignment means that somebody can write: the count starts anew.
    writeFailingSince: newer && read.epoch !== before.assignment?.epoch ? null : writeFailingSince,
    heartbeat: input.store.heartbeat === text ? before.heartbeat : { text: input.store.heartbeat, firstReadAt: now },
  };
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
