import type { NodeId } from '../../lib/contract/documents/assignment';
import { type LoadSettings, type Measure, MEASURES } from '../../lib/contract/documents/settings';
import { PORTS } from '../../lib/contract/ports';
import { profileIntervalMs, type ScrapeProfile } from '../../lib/contract/profile';
import { type NodeLoad, type LoadReading } from '../../lib/core/load/shed';
import { Prometheus } from '../../lib/shell/prometheus/client';
import { reasonOf } from '../../lib/shell/probes/prober';
import { log } from './log';

/** The last sample, whatever the profile in force and however recent its change. */
const last = (selector: string): string => `last_over_time(${selector}[45s])`;
/** Targets that answer: what a broken one would cost is not taken in. */
const ANSWERING = `on (job, instance) (${last('up')} == 1)`;

/** What to ask a node of itself; its own series are those with its name. */
export function loadQueries(node: NodeId, intervalS: number): Readonly<Record<Measure, string>> {
  const own = `{job="prometheus",node="${node}"}`;
  return {
    scrapeTime: `quantile(0.5, ${last('scrape_duration_seconds')} * ${ANSWERING}) / ${intervalS}`,
    // As exposed, so that what a profile drops is counted too. Thanos has an interval of its own, which no profile changes.
    samplesPerSecond: `sum(${last('scrape_samples_scraped{job!~"thanos-.+"}')} * ${ANSWERING}) / ${intervalS}`,
    memoryMiB: `max(${last(`process_resident_memory_bytes${own}`)}) / ${2 ** 20}`,
    // It shrinks whenever the head is cut; that is no negative load.
    walMiBPerMinute: `clamp_min(max(deriv(prometheus_tsdb_wal_storage_size_bytes${own}[2m])), 0) * 60 / ${2 ** 20}`,
    evaluationTime: `max(${last(`prometheus_rule_group_last_duration_seconds${own}`)} / ${last(`prometheus_rule_group_interval_seconds${own}`)})`,
  };
}

const STEP_S = 10;

/** Ten queries over some minutes: more than a probe, and nobody waits for them. */
const TIMEOUT_MS = 5_000;

/** What the nodes that answer say of their load in this profile; the others are logged. */
export async function loadsOf(
  addresses: ReadonlyMap<NodeId, string>,
  profile: ScrapeProfile,
  settings: LoadSettings,
): Promise<NodeLoad[]> {
  const found = await Promise.all([...addresses].map(([node, at]) => probeLoad(node, at, profile, settings)));
  return found.filter((load): load is NodeLoad => load !== null);
}

/** One node's load, by its own Prometheus. Null, and the reason logged, when it does not answer in time. */
async function probeLoad(
  node: NodeId,
  address: string,
  profile: ScrapeProfile,
  { policy, scrapeInterval }: LoadSettings,
): Promise<NodeLoad | null> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const prometheus = new Prometheus(`http://${address}:${PORTS.prometheus}`, { timeoutMs: TIMEOUT_MS, signal });
  const ask = async (query: string): Promise<number | null> => {
    const value = await prometheus.value(query);
    return value === null || !Number.isFinite(value) ? null : value;
  };
  const over = (fn: string, query: string, ms: number): string => `${fn}((${query})[${ms / 1000}s:${STEP_S}s])`;
  const queries = loadQueries(node, profileIntervalMs(profile, scrapeInterval) / 1000);
  try {
    const readings = await Promise.all(
      (Object.keys(MEASURES) as Measure[]).map(async (measure): Promise<[Measure, LoadReading]> => {
        const [sustained, peak] = await Promise.all([
          ask(over('min_over_time', queries[measure], policy.sustainedForMs)),
          ask(over('max_over_time', queries[measure], policy.recoverAfterMs)),
        ]);
        return [measure, { sustained, peak }];
      }),
    );
    return { node, readings: Object.fromEntries(readings) as Record<Measure, LoadReading> };
  } catch (error) {
    log('warn', 'load-not-read', { node, error: reasonOf(error) });
    return null;
  }
}
