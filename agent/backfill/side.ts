import { parse } from 'yaml';
import { durationMs } from '../../lib/contract/duration';
import { storedLabels, type StoredLabels } from './stored-labels';
import { apiOf } from './api';
import type { Matcher } from './wire';
import { documentFormat } from '../../lib/contract/document';
import { listOf, mapOf, fields, optional, text } from '../../lib/contract/shape';

/** A Prometheus, and what has to be known of its configuration. */
export interface BackfillSide {
  readonly url: string;
  readonly labels: StoredLabels;
  readonly intervals: readonly ScrapeGroup[];
}

/** Series that are scraped equally often; together all rhythms are all series. */
export interface ScrapeGroup {
  readonly matchers: readonly Matcher[];
  /** Around a moment the next sample of a whole series is found within this time, ms. */
  readonly marginMs: number;
}

const CONFIG = documentFormat({
  what: 'configuration of Prometheus',
  shape: fields({
    global: optional(fields({ scrape_interval: optional(text), external_labels: optional(mapOf(text, text)) })),
    scrape_configs: optional(listOf(fields({ job_name: text, scrape_interval: optional(text) }))),
  }),
  maxBytes: 64 * 2 ** 20,
  fix: 'look at what listens there: another program may have the port',
});
type Config = ReturnType<typeof CONFIG.parse>;

/** One scrape may be late by nearly another interval. */
const MARGIN = 2.5;
const LEAST_MARGIN_MS = 5_000;

/** @throws Error when Prometheus does not answer */
export async function sideOf(url: string): Promise<BackfillSide> {
  const config = CONFIG.check(parse(await apiOf(url).config()), url);
  return { url, labels: await storedLabels(url, config.global?.external_labels ?? {}), intervals: intervalsOf(config) };
}

/** Most series have the interval of all; jobs that are slower would widen every reading. */
export function intervalsOf({ global, scrape_configs = [] }: Config): ScrapeGroup[] {
  const usual = durationMs(global?.scrape_interval ?? '1m');
  const slow = scrape_configs.filter(({ scrape_interval: own }) => own !== undefined && durationMs(own) > usual);
  const margin = (ms: number): number => Math.max(LEAST_MARGIN_MS, MARGIN * ms);
  const value = slow.map(({ job_name }) => job_name.replaceAll(/[^\w-]/g, '.')).join('|');
  if (value === '') return [{ matchers: [], marginMs: margin(usual) }];
  const slowest = Math.max(...slow.map(({ scrape_interval }) => durationMs(scrape_interval!)));
  return [
    { matchers: [{ name: 'job', is: '!~', value }], marginMs: margin(usual) },
    { matchers: [{ name: 'job', is: '=~', value }], marginMs: margin(slowest) },
  ];
}
