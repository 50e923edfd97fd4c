import { durationMs } from './duration';

/**
 * How much is scraped. normal: as configured. reduced: every 5 s. minimal: every 15 s, and without the series that the
 * user marked as droppable. Rules are evaluated as often as ever, so that no `for` timer loses its step.
 */
export const PROFILES = ['normal', 'reduced', 'minimal'] as const;

export type ScrapeProfile = (typeof PROFILES)[number];

const SLOWEST_MS: Record<ScrapeProfile, number> = { normal: 0, reduced: 5_000, minimal: 15_000 };

/** The profile's own interval, ms; 0 where it is as configured. */
export function slowestMs(profile: ScrapeProfile): number {
  return SLOWEST_MS[profile];
}

/** Between two scrapes of a target, ms. A cluster that is configured to be slower than a profile stays as it is. */
export function profileIntervalMs(profile: ScrapeProfile, configured: string): number {
  return Math.max(SLOWEST_MS[profile], durationMs(configured));
}

/** The times by which rules have to go in a profile. */
export interface ScrapeInterval {
  readonly profile: ScrapeProfile;
  /** Between two scrapes of the user's targets, ms. */
  readonly intervalMs: number;
  /** That is more than is configured. */
  readonly slower: boolean;
  /** For how long the last sample of a series stands for it, ms; more than one scrape of any job may be missing. */
  readonly windowMs: number;
}

/** Scrapes that may fail or come late before a series is taken to be gone. */
const INTERVALS = 3;

/** `otherJobsMs`: the interval of the slowest job that keeps its own in every profile, 0 for none. */
export function intervalOf(profile: ScrapeProfile, configured: string, otherJobsMs: number): ScrapeInterval {
  const intervalMs = profileIntervalMs(profile, configured);
  const slower = intervalMs > durationMs(configured);
  return { profile, intervalMs, slower, windowMs: INTERVALS * Math.max(intervalMs, otherJobsMs) };
}

/** A range with fewer scrapes than a rate needs is widened to this, ms. */
export function widenedMs({ intervalMs }: ScrapeInterval): number {
  return INTERVALS * intervalMs;
}

/** Rates and the like need two samples at least. */
export function tooShort(rangeMs: number, { intervalMs }: ScrapeInterval): boolean {
  return rangeMs < 2 * intervalMs;
}
