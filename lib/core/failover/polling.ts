import type { Policy } from '../../contract/documents/policy';
import type { RoleState } from './role-state';

/** When a node last read its assignment and was last asked to; ms, own clock. */
export interface Polling {
  /** When the last read began, that came to something or not; -Infinity: never. */
  readonly readAt: number;
  /** When somebody last knew of a later epoch, or needed to know that there is none; -Infinity: never. */
  readonly askedAt: number;
  /** See isCalm; and the last read came to something. */
  readonly isCalm: boolean;
}

/** Who is asked all the time, by whoever can reach it, reads no more often. */
const LEAST_MS = 100;

/**
 * In how many ms to read the bucket; null: not in this round. Rounds come every policy.pollMs, not to the millisecond, and at once
 * when somebody asks.
 */
export function readDueIn({ readAt, askedAt, isCalm: calm }: Polling, policy: Policy, now: number): number | null {
  const passed = now - readAt;
  if (passed < 0) return 0;
  if (askedAt >= readAt) return Math.max(0, LEAST_MS - passed);
  return passed >= (calm ? policy.calmPollMs : policy.pollMs) - policy.pollMs / 2 ? 0 : null;
}

/**
 * Whether nothing but somebody's word is to be expected of the bucket: one node alerts, the assigned one, and this node has no question
 * open. A standby saw it alert at its last probe; the assigned node saw no other one alert. (That it is silent meanwhile, its watch says.)
 */
export function isCalm(
  { node, assignment, breakGlass, handingOverSince }: RoleState,
  active: { readonly consecutiveSuccesses: number; readonly consecutiveFailures: number },
  peerIsAlerting: boolean,
): boolean {
  if (assignment === null || breakGlass !== null || handingOverSince !== null) return false;
  if (assignment.active === node) return !peerIsAlerting;
  return active.consecutiveFailures === 0 && active.consecutiveSuccesses > 0;
}
