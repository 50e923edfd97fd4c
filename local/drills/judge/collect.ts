import { Prometheus } from '../../../lib/shell/prometheus/client';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from '../../../lib/core/alerts/gate';
import { EXTERNAL_LABELS } from '../../../lib/contract/labels';
import { DEMO_JOBS, SCRAPE_INTERVAL_MS } from '../../demo/demo';
import { gateEvents, type GateEvent } from './gate-times';
import type { MetricReading } from '../instrument';
import { missingEverywhere, type SampleTimes } from './samples';
import { queriesOf } from '../thanos';
import { oracleOf, allNodes, prometheusOf, type TestBed } from '../test-bed';

export const INTERVAL_MS = SCRAPE_INTERVAL_MS;

/** `up` and one further metric of each watched job. */
const WATCHED =
  `{job=~"${Object.values(DEMO_JOBS).join('|')}",` +
  '__name__=~"up|redis_commands_processed_total|trade_engine_drill|duckdb_database_size_bytes"}';

/** Raw samples between two moments, as scraped, of one Prometheus or through Thanos; replicas' samples together. */
export async function sampleTimes(
  api: string,
  from: number,
  to: number,
  parameters: Readonly<Record<string, string>> = {},
): Promise<SampleTimes> {
  const seconds = Math.ceil((to - from) / 1000) + 1;
  const prometheus = new Prometheus(api, { timeoutMs: 10_000, maxBytes: 256 * 2 ** 20, parameters });
  const found = await prometheus.samples(`${WATCHED}[${seconds}s]`, to);
  const times = new Map<string, number[]>();
  for (const { labels, points } of found) {
    const series = seriesOf(labels);
    times.set(series, [...(times.get(series) ?? []), ...points.map(({ at }) => at)]);
  }
  return new Map([...times].map(([series, all]) => [series, all.sort((x, y) => x - y)]));
}

/** The same series wherever it is asked for: Thanos adds the external labels. */
export function seriesOf(labels: Readonly<Record<string, string>>): string {
  const external: readonly string[] = Object.values(EXTERNAL_LABELS);
  return fingerprint(Object.fromEntries(Object.entries(labels).filter(([name]) => !external.includes(name))));
}

/** Samples of the oracle that queries through Thanos do not show: with deduplication, by series at worst; and without. */
export async function thanosMissing(world: TestBed, from: number, to: number): Promise<MetricReading> {
  const raw = { max_source_resolution: '0s' };
  const [oracle, deduplicated, all] = await Promise.all([
    sampleTimes(oracleOf(world), from, to),
    sampleTimes(queriesOf(world), from, to, { ...raw, dedup: 'true' }),
    sampleTimes(queriesOf(world), from, to, { ...raw, dedup: 'false' }),
  ]);
  const passedOver = missingEverywhere([deduplicated], oracle, from, to, INTERVAL_MS);
  const lost = missingEverywhere([all], oracle, from, to, INTERVAL_MS);
  return {
    measurements: {
      deduplicatedMissing: Math.max(0, ...passedOver.values()),
      thanosMissing: [...lost.values()].reduce((sum, n) => sum + n, 0),
    },
    findings: [
      ...[...passedOver].map(([series, n]) => `deduplication passes over ${n} samples of ${series}`),
      ...[...lost].map(([series, n]) => `${n} samples missing of ${series} in Thanos, in any replica`),
    ],
  };
}

/** Samples that no node has, by series. @throws Error when the oracle has too little to judge by */
export async function samplesMissing(world: TestBed, from: number, to: number): Promise<Map<string, number>> {
  const [oracle, ...nodes] = await Promise.all(
    [oracleOf(world), ...allNodes(world).map((n) => prometheusOf(world, n.node))].map((p) => sampleTimes(p, from, to)),
  );
  const jobs = new Set([...oracle!.keys()].map((series) => /"job","([^"]+)"/.exec(series)?.[1]));
  if (jobs.size < 3 || oracle!.size < 6) {
    throw new Error(
      `the oracle has only ${oracle!.size} series of ${jobs.size} jobs to compare samples by: ${[...oracle!.keys()].join(' ')}`,
    );
  }
  return missingEverywhere(nodes, oracle!, from, to, INTERVAL_MS);
}

/** The gates' movements as the agents logged them, also of those that nobody could reach. */
export function loggedGateEvents(world: TestBed): GateEvent[] {
  return world.state.nodes.flatMap(({ node }) =>
    gateEvents(node, readFileSync(join(world.state.dir, 'logs', `${node}.jsonl`), 'utf8')),
  );
}
