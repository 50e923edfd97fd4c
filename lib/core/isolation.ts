/**
 * Whether a node that sees all its targets down at once should tell so. Most likely it is itself that is cut off, and
 * by the time its words get through another node alerts and has told what is true. So it waits until it has read the
 * control bucket: from then on it knows whether it still is the one to speak. It does not wait for ever.
 */
export interface Isolation {
  /** Since when all targets have been down at once (own clock, ms). */
  readonly since: number;
  /** Since when a target answers again, or null while none does. */
  readonly recoveredAt: number | null;
}

export interface IsolationInput {
  /** Not one of the user's targets answered its last scrape. */
  readonly allTargetsDown: boolean;
  /** When the last successful read of the control bucket began, or null. */
  readonly storeReadAt: number | null;
  /** When the last probe that a peer answered began, or null. */
  readonly peerAnsweredAt: number | null;
}

/** Missing a page is worse than a false one: after this long it is told in any case. */
export const ISOLATION_LIMIT_MS = 60_000;
/** With targets or peers in reach the bucket is what is down: then the wait is short. */
const PARTLY_REACHABLE_MS = 6_000;

export function watchIsolation(before: Isolation | null, input: IsolationInput, now: number): Isolation | null {
  if (before === null) return input.allTargetsDown ? { since: now, recoveredAt: null } : null;
  if (input.allTargetsDown) return { since: before.since, recoveredAt: null };
  const recoveredAt = before.recoveredAt ?? now;
  // Targets are back: what was held is told once the bucket was read, or when it plainly stays away.
  const read = input.storeReadAt !== null && input.storeReadAt > recoveredAt;
  return read || now - recoveredAt > PARTLY_REACHABLE_MS ? null : { since: before.since, recoveredAt };
}

/** Whether to keep silent for now. */
export function holdsBack(isolation: Isolation | null, input: IsolationInput, now: number): boolean {
  if (isolation === null) return false;
  const { since, recoveredAt } = isolation;
  const readSince = recoveredAt ?? since;
  if (input.storeReadAt !== null && input.storeReadAt > readSince) return false;
  const peerAnswers = input.peerAnsweredAt !== null && input.peerAnsweredAt > since;
  return now - since < (peerAnswers ? PARTLY_REACHABLE_MS : ISOLATION_LIMIT_MS);
}
