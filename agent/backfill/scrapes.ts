import { MINUTE_MS, wholeMinutes, type Scrapes, type Span } from '../../lib/core/backfill/refill';
import { api } from './api';

/** Prometheus gives at most 11,000 points of a series. */
const AT_ONCE_MS = 10_000 * MINUTE_MS;

/** How often each target was scraped in each whole minute of the span. @throws Error when Prometheus does not answer */
export async function scrapesPerMinute(url: string, span: Span): Promise<Scrapes> {
  const scrapes = new Map<string, Map<number, number>>();
  const ends = wholeMinutes(span);
  for (let from = 0; from < ends.length; from += AT_ONCE_MS / MINUTE_MS) {
    const part = ends.slice(from, from + AT_ONCE_MS / MINUTE_MS);
    const query = new URLSearchParams({
      query: `count_over_time(up[${MINUTE_MS / 1000}s])`,
      start: String(part[0]! / 1000),
      end: String(part.at(-1)! / 1000),
      step: String(MINUTE_MS / 1000),
    });
    const { result } = await api<{ result: { metric: Record<string, string>; values: [number, string][] }[] }>(
      `${url}/api/v1/query_range?${query}`,
    );
    for (const { metric, values } of result) {
      const target = JSON.stringify(Object.entries(metric).sort());
      const minutes = scrapes.get(target) ?? new Map<number, number>();
      for (const [at, count] of values) minutes.set(Math.round(at * 1000), Number(count));
      scrapes.set(target, minutes);
    }
  }
  return scrapes;
}
