import type { Assignment } from '../../contract/documents/assignment';

/**
 * Remedies: what is tried when a target is down. Pure: which attempt comes next, when it is given up, and what is said of
 * it. The attempts themselves are lambdas/reconnect-redis.
 */

/** What one attempt saw. */
export type Saw =
  | 'answers'
  | 'refused'
  | 'timed out'
  | 'unreachable'
  | 'name unknown'
  | 'closed'
  | 'authentication'
  | 'loading'
  | 'read-only replica'
  | 'unexpected';

export interface Attempt {
  /** When it began, ms since the Unix epoch. */
  readonly at: number;
  readonly saw: Saw;
  /** In the words of who said it. */
  readonly detail: string;
}

/** All attempts of one call so far, counted; nothing is kept of each but the first and the last. */
export interface Attempts {
  readonly startedAt: number;
  readonly count: number;
  /** How often each was seen, in the order in which they were first seen. */
  readonly seen: readonly { readonly saw: Saw; readonly times: number }[];
  /** Refused for its credentials so many times in a row. */
  readonly authentication: number;
  readonly last: Attempt | null;
}

export function noAttempts(now: number): Attempts {
  return { startedAt: now, count: 0, seen: [], authentication: 0, last: null };
}

export function noteAttempt(before: Attempts, attempt: Attempt): Attempts {
  const known = before.seen.some(({ saw }) => saw === attempt.saw);
  return {
    ...before,
    count: before.count + 1,
    seen: known
      ? before.seen.map((s) => (s.saw === attempt.saw ? { ...s, times: s.times + 1 } : s))
      : [...before.seen, { saw: attempt.saw, times: 1 }],
    authentication: attempt.saw === 'authentication' ? before.authentication + 1 : 0,
    last: attempt,
  };
}

/** For how long it is tried, ms: less than the function may run, with what its last attempt and write may take. */
export const REMEDY_BUDGET_MS = 270_000;

/** The first pause; each is twice the one before it … */
const FIRST_PAUSE_MS = 500;
/** … up to this: with an attempt's own time-out a target that is back is found within 4 s. */
const LONGEST_PAUSE_MS = 2_000;
/** A wrong password does not get better by waiting, but one that is just being changed does. */
const AUTHENTICATION_LIMIT = 5;

export type NextStep =
  | { readonly do: 'reconnected'; readonly because: string }
  | { readonly do: 'give-up'; readonly because: string }
  | { readonly do: 'attempt'; readonly afterMs: number };

/** What to do after the last attempt. `budgetMs`: for how long it is tried at all. */
export function nextStep(name: string, attempts: Attempts, budgetMs: number, now: number): NextStep {
  const { last, count, startedAt } = attempts;
  if (last === null) return { do: 'attempt', afterMs: 0 };
  const took = `${((now - startedAt) / 1000).toFixed(1)} s`;
  const tries = count === 1 ? '1 attempt' : `${count} attempts`;
  if (last.saw === 'answers') {
    const before = tally(attempts, 'answers');
    const how = before === '' ? '' : `, before that ${before}`;
    return { do: 'reconnected', because: `${name} answers: ${tries} in ${took}${how}.` };
  }
  const gaveUp = `gave up after ${tries} in ${took}: ${tally(attempts)}. Last: ${last.detail}`;
  if (attempts.authentication >= AUTHENTICATION_LIMIT)
    return { do: 'give-up', because: `${name} refuses the credentials; ${gaveUp}` };
  const afterMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (count - 1));
  if (now + afterMs - startedAt > budgetMs)
    return { do: 'give-up', because: `${name} does not answer as it should; ${gaveUp}` };
  return { do: 'attempt', afterMs };
}

function tally({ seen }: Attempts, without?: Saw): string {
  return seen
    .filter(({ saw }) => saw !== without)
    .map(({ saw, times }) => (times === 1 ? `${saw} once` : `${saw} ${times} times`))
    .join(', ');
}

/** Why it is not tried, or null. During a pause somebody is at work, perhaps on this very target; an operator knows. */
export function heldBack(name: string, paused: Assignment['paused'], calledBy: 'agent' | 'operator'): string | null {
  if (paused === null || calledBy === 'operator') return null;
  return `${name} is not tried: paused by ${paused.by} since ${paused.since}: ${paused.reason}`;
}
