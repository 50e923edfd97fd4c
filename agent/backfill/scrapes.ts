import { inGaps, MINUTE_MS, wholeMinutes, type Scrapes, type Span } from '../../lib/core/backfill/backfill';
import { spansAround, type ScrapeGroup } from '../../lib/core/backfill/rhythm';
import type { Labels } from '../../lib/shell/prometheus/answers';
import { apiOf } from './api';
import { jobMatchers } from './wire';

/** Prometheus gives at most 11,000 points of a series. */
const AT_ONCE_MS = 10_000 * MINUTE_MS;

/** How often each target of these jobs was scraped in each whole minute of the span. @throws Error when Prometheus does not answer */
export async function scrapesPerMinute(url: string, span: Span, { jobs }: Pick<ScrapeGroup, 'jobs'>): Promise<Scrapes> {
  const prometheus = apiOf(url);
  const scrapes = new Map<string, Map<number, number>>();
  const ends = wholeMinutes(span);
  for (let from = 0; from < ends.length; from += AT_ONCE_MS / MINUTE_MS) {
    const part = ends.slice(from, from + AT_ONCE_MS / MINUTE_MS);
    const query = `count_over_time(${up(jobs)}[${MINUTE_MS / 1000}s])`;
    const series = await prometheus.range(query, { from: part[0]!, to: part.at(-1)!, stepMs: MINUTE_MS });
    for (const { labels, points } of series) {
      const target = keyOf(labels);
      const minutes = scrapes.get(target) ?? new Map<number, number>();
      for (const { at, value } of points) minutes.set(at, value);
      scrapes.set(target, minutes);
    }
  }
  return scrapes;
}

/** Scrapes of a target that are read at once. */
const SCRAPES_AT_ONCE = 240;

/**
 * Where one of these targets, whose interval is known, was not scraped and another node did scrape it.
 * @throws Error when a Prometheus does not answer
 */
export async function missedScrapes(
  own: string,
  peers: readonly string[],
  span: Span,
  { jobs, marginMs, intervalMs }: ScrapeGroup,
): Promise<Span[]> {
  const missed: number[] = [];
  const atOnce = SCRAPES_AT_ONCE * (intervalMs ?? MINUTE_MS);
  for (let from = span.from; from < span.to; from += atOnce) {
    const slice = { from, to: Math.min(span.to, from + atOnce) };
    const read = { from: slice.from - marginMs, to: Math.min(slice.to + marginMs, Date.now()), intervalMs };
    const [mine, ...theirs] = await Promise.all([own, ...peers].map((url) => scrapeTimes(url, read, jobs)));
    for (const [target, times] of theirs.flatMap((side) => [...side])) {
      for (const i of inGaps(mine!.get(target) ?? [], times, slice, read) ?? []) missed.push(times[i]!);
    }
  }
  return spansAround(missed, marginMs);
}

async function scrapeTimes(url: string, { from, to }: Span, jobs: ScrapeGroup['jobs']): Promise<Map<string, number[]>> {
  const series = await apiOf(url).samples(`${up(jobs)}[${to - from}ms]`, to);
  return new Map(series.map(({ labels, points }) => [keyOf(labels), points.map(({ at }) => at)]));
}

const up = (jobs: ScrapeGroup['jobs']): string =>
  `up{${jobMatchers(jobs)
    .map(({ name, is, value }) => `${name}${is}${JSON.stringify(value)}`)
    .join(',')}}`;

const keyOf = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort());
