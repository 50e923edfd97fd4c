import type { Span } from './backfill';

/** A target as Prometheus lists it: the job that its series are labelled with, and how often it is scraped. */
export interface ScrapedTarget {
  readonly job: string;
  readonly intervalMs: number;
}

/** Series that are compared together, as their next sample is found within the same time. */
export interface ScrapeGroup {
  /** Labels `job` of these series, or of all others. */
  readonly jobs: { readonly only: readonly string[] } | { readonly without: readonly string[] };
  /** Between two scrapes of each target; null where they differ: then a series itself shows it. */
  readonly intervalMs: number | null;
  /** Around a moment the next sample of a whole series is found within this time, ms. */
  readonly marginMs: number;
}

/** From here on a single scrape that is missing counts, and is looked for scrape by scrape: faster targets are counted by the minute. */
const SLOW_MS = 10_000;
/** One scrape may be late by nearly another interval. */
const MARGIN = 2.5;
const LEAST_MARGIN_MS = 5_000;
/** Rules are evaluated this seldom at most, or are the user's to look at. */
const UNKNOWN_MARGIN_MS = 600_000;

/** First those that are slow, by their interval; then all others, which is everything where no target is slow. */
export function scrapeGroups(targets: readonly ScrapedTarget[]): ScrapeGroup[] {
  const slowest = new Map<string, number>();
  for (const { job, intervalMs } of targets) slowest.set(job, Math.max(intervalMs, slowest.get(job) ?? 0));
  const all = [...slowest].sort(([a], [b]) => (a < b ? -1 : 1));
  const slow = all.filter(([, ms]) => ms >= SLOW_MS);
  const intervals = [...new Set(slow.map(([, ms]) => ms))].sort((a, b) => a - b);
  const fast = all.filter(([, ms]) => ms < SLOW_MS).map(([, ms]) => ms);
  return [
    ...intervals.map((intervalMs) => ({
      jobs: { only: slow.filter(([, ms]) => ms === intervalMs).map(([job]) => job) },
      intervalMs,
      marginMs: MARGIN * intervalMs,
    })),
    {
      jobs: { without: slow.map(([job]) => job) },
      intervalMs: null,
      marginMs: Math.max(LEAST_MARGIN_MS, MARGIN * Math.max(0, ...fast)),
    },
  ];
}

/** Within this time a series shows its rhythm, whatever it is: those of federated jobs and of slow rules have labels of others. */
export function widestMargin(targets: readonly ScrapedTarget[]): number {
  return Math.max(UNKNOWN_MARGIN_MS, MARGIN * Math.max(0, ...targets.map(({ intervalMs }) => intervalMs)));
}

/** A missed scrape shows when the next one is there: so far back slow targets are looked at again, ms. */
export function lookBackMs({ intervalMs }: ScrapeGroup): number {
  return 2 * (intervalMs ?? 0);
}

/** Moments of samples that are missing, put together where one reading has several. */
export function spansAround(times: readonly number[], nearMs: number): Span[] {
  const spans: Span[] = [];
  for (const at of [...new Set(times)].sort((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last !== undefined && at - last.to <= nearMs) spans[spans.length - 1] = { from: last.from, to: at + 1 };
    else spans.push({ from: at, to: at + 1 });
  }
  return spans;
}
