import type { Policy } from '../../contract/documents/policy';
import type { RoleState } from './role-state';

/**
 * A planned hand-over closes no gate before another one is open: two that are open at once send the same, none sends
 * nothing. Only an operator's: who was cut off, or failed, must close at once.
 */
export function handingOverSince(
  before: RoleState,
  state: Omit<RoleState, 'handingOverSince'>,
  now: number,
): number | null {
  if (state.assignment?.by !== 'operator') return null;
  const same = before.assignment?.epoch === state.assignment.epoch;
  if (same) return before.handingOverSince;
  const alerted = before.assignment?.active === before.node && before.storeFailingSince === null;
  return alerted ? now : null;
}

/** Until the new one has read its assignment and a probe has seen its gate. */
export function handOverMs(policy: Policy): number {
  return policy.calmPollMs + policy.storeTimeoutMs + policy.probe.intervalMs + policy.probe.timeoutMs;
}
