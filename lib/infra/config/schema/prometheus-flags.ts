import { z } from 'zod';
import { parseDuration } from '../../../contract/duration';
import { duration, wholeNumber } from './values';

/** Features of Prometheus that may be had, each with its line in docs/bring-your-own.md. */
export const PROMETHEUS_FEATURES = [
  'concurrent-rule-eval',
  'exemplar-storage',
  'extra-scrape-metrics',
  'native-histograms',
  'ooo-native-histograms',
  'otlp-write-receiver',
  'promql-delayed-name-removal',
  'promql-duration-expr',
  'promql-experimental-functions',
  'promql-extended-range-selectors',
  'promql-per-step-stats',
  'zstd-scrape',
] as const;

const ENCODING = "blocks and WAL would have a form that Thanos, the scrub and the other node's backfill do not read";
const ONE_NODE = 'what a node makes of it hangs on what that node got before, so two would differ';
const START_TIMES = 'it adds samples that were never scraped, at each node by itself, so nodes would differ';

/** Those that Prometheus 3.15 knows and that are not to be had, and why. */
const REFUSED: Readonly<Record<string, string>> = {
  'auto-reload-config': 'the agent reloads, one node after the other',
  'created-timestamp-zero-ingestion': START_TIMES,
  'delayed-compaction': 'blocks would be uploaded late, and backfill waits for them',
  'fast-startup': 'what a start may leave out has not been tried with repairs of the TSDB',
  'histograms-st-encoding': ENCODING,
  'memory-snapshot-on-shutdown': 'the scrub does not know snapshots of memory, and a node that crashes has none',
  'metadata-wal-records': 'the scrub of the WAL has not been tried on such records',
  'old-ui': 'nodes have no web pages',
  openmetrics2: 'the format is not stable yet',
  'otlp-deltatocumulative': ONE_NODE,
  'otlp-native-delta-ingestion': ONE_NODE,
  'promql-binop-fill-modifiers': 'promtool does not know it, so no rule could be checked',
  'search-api': 'clients reach Thanos, which has none',
  'st-storage': ENCODING,
  'st-synthesis': START_TIMES,
  'type-and-unit-labels': 'series would change their labels, and with them rules, backfill and history in Thanos',
  'use-start-timestamps': 'Thanos knows no start timestamps, and would answer otherwise than nodes',
  'use-uncached-io': 'it has not been tried with volumes that hang',
  'xor2-encoding': ENCODING,
};

const feature = z.string({ error: 'a name' }).check((context) => {
  const name = context.value;
  if ((PROMETHEUS_FEATURES as readonly string[]).includes(name)) return;
  const why = Object.hasOwn(REFUSED, name) ? ` ('${name}' is not to be had: ${REFUSED[name]})` : '';
  context.issues.push({ code: 'custom', input: name, message: `one of ${PROMETHEUS_FEATURES.join(', ')}${why}` });
});

export const prometheusFeatures = z.array(feature, { error: 'a list of features' });

const atLeast = (least: string) =>
  duration.refine((text) => (parseDuration(text) ?? 0) >= (parseDuration(least) ?? 0), `at least ${least}`);

/** Limits of Prometheus' own, by the flags that set them. Its own rules, and what nodes ask each other, go by them too. */
export const prometheusLimits = z.strictObject(
  {
    /** --query.max-samples. @default 50000000 */
    queryMaxSamples: wholeNumber.min(1_000_000, 'at least 1000000: rules and audits need them too').optional(),
    /** --query.max-concurrency. @default 20 */
    queryMaxConcurrency: wholeNumber.min(4, 'at least 4: rules and probes are among them').optional(),
    /** --query.timeout. @default 2m */
    queryTimeout: atLeast('10s').optional(),
    /** --query.lookback-delta. Thanos keeps 5m. @default 5m */
    queryLookbackDelta: duration.optional(),
    /** --rules.max-concurrent-evals, with concurrent-rule-eval. @default 4 */
    rulesMaxConcurrentEvals: wholeNumber.optional(),
    /** --alertmanager.notification-queue-capacity. @default 10000 */
    notificationQueueCapacity: wholeNumber.min(1_000, 'at least 1000: what is beyond is not sent').optional(),
  },
  { error: '{ queryMaxSamples, queryTimeout, … }' },
);
