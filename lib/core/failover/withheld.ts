import type { Assignment, Withheld } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';

/** Nobody is told nothing for longer by one decision: a move that takes longer says so again. */
export const MOST_WITHHELD_MS = 14 * 86_400_000;

/** A node whose clock says that it is long before the beginning cannot know when it is over. */
const CLOCK_MARGIN_MS = 3_600_000;

/** Whether alerts are told to nobody now. Past its date they are told: a pager is never silent because something was forgotten. */
export function isWithheld(assignment: Pick<Assignment, 'withheld'> | null, now: number): boolean {
  const { since, until } = assignment?.withheld ?? {};
  if (since === undefined || until === undefined) return false;
  return now < Date.parse(until) && now >= Date.parse(since) - CLOCK_MARGIN_MS;
}

/** It ended by its date, and nobody has said whether the move is over: two systems may tell the same. */
export const hasRunOut = (assignment: Pick<Assignment, 'withheld'> | null, now: number): boolean =>
  assignment?.withheld !== undefined && !isWithheld(assignment, now);

interface Promotes {
  readonly previous: Assignment | null;
  /** The highest epoch that a node says it has applied; 0: none ever alerted, as far as anybody knows. */
  readonly appliedEpoch: number;
  readonly policy: Pick<Policy, 'withheldUntilMs'>;
}

/**
 * What a promotion makes of it: only a cluster that has never told anything begins to withhold, a failover goes on to. Where the
 * bucket went back nobody knows whether it still holds, and a second page is better than none.
 */
export function withholding({ previous, appliedEpoch, policy }: Promotes, next: Assignment, now: number): Assignment {
  if (appliedEpoch > (previous?.epoch ?? 0)) return tellingAll(next);
  if (previous !== null || policy.withheldUntilMs <= now) return next;
  const until = Math.min(policy.withheldUntilMs, now + MOST_WITHHELD_MS);
  return { ...next, withheld: withheldUntil(until, next.by, 'another system still tells', now) };
}

export const withheldUntil = (until: number, by: string, reason: string, now: number): Withheld => ({
  by,
  since: new Date(now).toISOString(),
  reason,
  until: new Date(until).toISOString(),
});

export function tellingAll({ withheld: _, ...assignment }: Assignment): Assignment {
  return assignment;
}
