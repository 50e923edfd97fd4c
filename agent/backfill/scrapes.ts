import { MINUTE_MS, wholeMinutes, type Scrapes, type Span } from '../../lib/core/backfill/backfill';
import { apiOf } from './api';

/** Prometheus gives at most 11,000 points of a series. */
const AT_ONCE_MS = 10_000 * MINUTE_MS;

/** How often each target was scraped in each whole minute of the span. @throws Error when Prometheus does not answer */
export async function scrapesPerMinute(url: string, span: Span): Promise<Scrapes> {
  const prometheus = apiOf(url);
  const scrapes = new Map<string, Map<number, number>>();
  const ends = wholeMinutes(span);
  for (let from = 0; from < ends.length; from += AT_ONCE_MS / MINUTE_MS) {
    const part = ends.slice(from, from + AT_ONCE_MS / MINUTE_MS);
    const query = `count_over_time(up[${MINUTE_MS / 1000}s])`;
    const series = await prometheus.range(query, { from: part[0]!, to: part.at(-1)!, stepMs: MINUTE_MS });
    for (const { labels, points } of series) {
      const target = JSON.stringify(Object.entries(labels).sort());
      const minutes = scrapes.get(target) ?? new Map<number, number>();
      for (const { at, value } of points) minutes.set(at, value);
      scrapes.set(target, minutes);
    }
  }
  return scrapes;
}
