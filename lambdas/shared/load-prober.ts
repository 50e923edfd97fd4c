import type { Assignment, NodeId } from '../../lib/contract/documents/assignment';
import { type LoadSettings, type Measure, MEASURES } from '../../lib/contract/documents/settings';
import { durationMs } from '../../lib/contract/duration';
import { PORTS } from '../../lib/contract/ports';
import { type NodeLoad, type LoadReading } from '../../lib/core/load/shed';
import { Prometheus } from '../../lib/shell/prometheus/client';
import { reasonOf } from '../../lib/shell/probes/prober';
import { log } from './log';

/** A few samples of the cluster's own jobs, s. */
const windowS = (ownIntervalMs: number): number => Math.max(60, Math.ceil(ownIntervalMs / 1000) * 4);

/** What to ask a node of itself; its own series are those with its name. Every target counts by its own interval. */
export function loadQueries(node: NodeId, ownIntervalMs: number): Readonly<Record<Measure, string>> {
  const own = `{job="prometheus",node="${node}"}`;
  const s = windowS(ownIntervalMs);
  const last = (selector: string): string => `last_over_time(${selector}[${s}s])`;
  return {
    // Of targets that answer: what a broken one would cost is not taken in.
    scrapeTime: `quantile(0.5, sum_over_time(scrape_duration_seconds[${s}s]) * (${last('up')} == 1)) / ${s}`,
    // What was scraped and kept; what is appended would count a backfill. Thanos' tasks are the same for every profile.
    samplesPerSecond: `sum(sum_over_time(scrape_samples_post_metric_relabeling{job!~"thanos-.+"}[${s}s]) * (${last('up')} == 1)) / ${s}`,
    memoryMiB: `max(${last(`process_resident_memory_bytes${own}`)}) / ${2 ** 20}`,
    // It shrinks whenever the head is cut; that is no negative load.
    walMiBPerMinute: `clamp_min(max(deriv(prometheus_tsdb_wal_storage_size_bytes${own}[${2 * s}s])), 0) * 60 / ${2 ** 20}`,
    evaluationTime: `max(${last(`prometheus_rule_group_last_duration_seconds${own}`)} / ${last(`prometheus_rule_group_interval_seconds${own}`)})`,
  };
}

/**
 * How many times as many samples a node would keep in the normal profile: the share of what targets expose that it kept
 * just before what is droppable went (`since`, ISO 8601), by the share that it keeps now.
 */
export function timesQuery(since: string, ownIntervalMs: number): string {
  const range = `[${windowS(ownIntervalMs)}s]`;
  const kept = (at: string): string =>
    `sum(sum_over_time(scrape_samples_post_metric_relabeling${range}${at})) / sum(sum_over_time(scrape_samples_scraped${range}${at}))`;
  return `(${kept(` @ ${Math.floor(Date.parse(since) / 1000)}`)}) / (${kept('')})`;
}

const STEP_S = 10;

/** Eleven queries over some minutes: more than a probe, and nobody waits for them. */
const TIMEOUT_MS = 5_000;

type Shedding = Pick<Assignment, 'scrapeProfile' | 'profileSince'>;

/** What the nodes that answer say of their load; the others are logged. `assignment`: to be told what less is scraped by it. */
export async function loadsOf(
  addresses: ReadonlyMap<NodeId, string>,
  settings: LoadSettings,
  assignment: Shedding | null,
): Promise<NodeLoad[]> {
  const found = await Promise.all([...addresses].map(([node, at]) => probeLoad(node, at, settings, assignment)));
  return found.filter((load): load is NodeLoad => load !== null);
}

/** One node's load, by its own Prometheus. Null, and the reason logged, when it does not answer in time. */
async function probeLoad(
  node: NodeId,
  address: string,
  { policy, scrapeInterval }: LoadSettings,
  assignment: Shedding | null,
): Promise<NodeLoad | null> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const prometheus = new Prometheus(`http://${address}:${PORTS.prometheus}`, { timeoutMs: TIMEOUT_MS, signal });
  const ask = async (query: string): Promise<number | null> => {
    const value = await prometheus.value(query);
    return value === null || !Number.isFinite(value) ? null : value;
  };
  const over = (fn: string, query: string, ms: number): string => `${fn}((${query})[${ms / 1000}s:${STEP_S}s])`;
  const ownIntervalMs = durationMs(scrapeInterval);
  const queries = loadQueries(node, ownIntervalMs);
  const { profileSince: since } = assignment?.scrapeProfile === 'reduced' ? assignment : {};
  try {
    const [times, readings] = await Promise.all([
      since === undefined ? null : ask(timesQuery(since, ownIntervalMs)),
      Promise.all(
        (Object.keys(MEASURES) as Measure[]).map(async (measure): Promise<[Measure, LoadReading]> => {
          const [sustained, peak] = await Promise.all([
            ask(over('min_over_time', queries[measure], policy.sustainedForMs)),
            ask(over('max_over_time', queries[measure], policy.recoverAfterMs)),
          ]);
          return [measure, { sustained, peak }];
        }),
      ),
    ]);
    return { node, readings: Object.fromEntries(readings) as Record<Measure, LoadReading>, times };
  } catch (error) {
    log('warn', 'load-not-read', { node, error: reasonOf(error) });
    return null;
  }
}
