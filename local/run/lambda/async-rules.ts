/**
 * What becomes of an event that Lambda was given asynchronously, from its developer guide ("How Lambda handles errors and
 * retries with asynchronous invocation", "Configuring error handling settings for asynchronous invocations").
 */

/** Of a function's EventInvokeConfig, as it was deployed. */
export interface AsyncSettings {
  /** MaximumEventAgeInSeconds: no attempt is made of what waited longer. */
  readonly maxAgeMs: number;
  /** MaximumRetryAttempts: after an error of the function. */
  readonly retries: number;
  /** ARN of the on-failure destination. */
  readonly onFailure?: string;
}

export const WITHOUT_SETTINGS: AsyncSettings = { maxAgeMs: 6 * 3_600_000, retries: 2 };

export interface QueuedEvent {
  readonly queuedAt: number;
  /** How often the function failed. */
  readonly failures: number;
  /** How often in a row it was not run: throttled, or an error of Lambda's own. */
  readonly refusals: number;
}

/** `not run`: 429 or 5xx; `failed`: an error of the function, a time-out included. */
export type AttemptEnding = 'succeeded' | 'failed' | 'not run';

export type Discarded = 'EventAgeExceeded' | 'RetriesExhausted';

export type AfterAttempt =
  | { readonly do: 'nothing' }
  | { readonly do: 'discard'; readonly because: Discarded }
  | { readonly do: 'try again'; readonly afterMs: number; readonly event: QueuedEvent };

/** Between the first two attempts, and between the second and the third. */
const AFTER_FAILURE_MS = [60_000, 120_000] as const;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 300_000;

/** Asked before each attempt. */
export const isTooOld = ({ queuedAt }: QueuedEvent, { maxAgeMs }: AsyncSettings, now: number): boolean =>
  now - queuedAt > maxAgeMs;

export function afterAttempt(event: QueuedEvent, attempt: AttemptEnding, { retries }: AsyncSettings): AfterAttempt {
  if (attempt === 'succeeded') return { do: 'nothing' };
  if (attempt === 'not run') {
    const refusals = event.refusals + 1;
    const afterMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (refusals - 1));
    return { do: 'try again', afterMs, event: { ...event, refusals } };
  }
  const failures = event.failures + 1;
  if (failures > retries) return { do: 'discard', because: 'RetriesExhausted' };
  return {
    do: 'try again',
    afterMs: AFTER_FAILURE_MS[failures === 1 ? 0 : 1],
    event: { ...event, failures, refusals: 0 },
  };
}
