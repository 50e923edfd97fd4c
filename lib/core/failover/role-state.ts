import type { Assignment, NodeId } from '../../contract/documents/assignment';

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

/** Takes in what the store said; refuses epochs older than the one applied. */
export function adopt(
  before: RoleState,
  input: RoleInput,
  now: number,
): Omit<RoleState, 'breakGlass' | 'handingOverSince'> {
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
