import type { Cluster } from '../../config/cluster';
import { METRICS, type MetricDefinition } from '../../../contract/metrics';
import { DISCOVERY } from '../../../contract/discovery';
import { DAMAGE_GROUPS } from '../../../core/tsdb/groups';

/** What an alarm looks at. */
export type AlarmMetric =
  /** Of our own, of the shard; `corruption`: of that group only. */
  | { readonly of: 'shard'; readonly metric: MetricDefinition; readonly corruption?: string }
  /** Errors of a function, as Lambda counts them. */
  | { readonly of: 'function'; readonly name: string }
  | { readonly of: 'ecs'; readonly metric: string; readonly service: string };

/** One line of the table. */
export interface AlarmSpec {
  /** Never changes. Also the name of its entry in docs/runbook. */
  readonly name: string;
  /** What happened and what that means, for whoever reads it at night. */
  readonly description: string;
  readonly looksAt: AlarmMetric;
  readonly statistic: 'Minimum' | 'Maximum' | 'Sum' | 'SampleCount';
  /** 10 s need a metric of a resolution of 1 s. */
  readonly periodS: 10 | 60 | 300;
  readonly periods: number;
  /** It rings when the value is so for all periods. */
  readonly when: readonly ['<' | '>' | '>=', number];
  readonly missing: 'breaching' | 'notBreaching';
  /** A function that the alarm calls, beside telling people: its second trigger. */
  readonly calls?: string;
}

const QUIET = { missing: 'notBreaching' } as const;
const some = (metric: MetricDefinition) =>
  ({ ...QUIET, looksAt: { of: 'shard', metric }, statistic: 'Maximum', when: ['>=', 1], periods: 1 }) as const;

/** Every alarm of a shard. `functions`: names of those that it has. */
export function alarmsOf(cluster: Cluster, functions: readonly string[]): AlarmSpec[] {
  // Thanos and what else there is once for the cluster is watched by shard 0.
  const isFirst = cluster.shard === 0;
  return [
    ...alertingAlarms(cluster),
    ...(cluster.snapshots === true ? volumeAlarms(cluster) : []),
    ...loadAlarms,
    ...(cluster.thanos === null ? [] : [uploadAlarm, ...(isFirst ? thanosAlarms(cluster) : [])]),
    ...(isFirst && cluster.remedies.length > 0 ? remedyAlarms : []),
    ...Object.entries(DAMAGE_GROUPS).map(([group, what]): AlarmSpec => ({
      ...some(METRICS.corruptedNodes),
      name: group,
      description: `On a node, ${what}.`,
      looksAt: { of: 'shard', metric: METRICS.corruptedNodes, corruption: group },
      periodS: 60,
    })),
    ...functions.map((name): AlarmSpec => ({
      ...QUIET,
      name: `${name}-errors`,
      description: `The function ${name} failed.`,
      looksAt: { of: 'function', name },
      statistic: 'Sum',
      periodS: 60,
      periods: 1,
      when: ['>=', 1],
    })),
  ];
}

const alertingAlarms = ({ policy }: Cluster): AlarmSpec[] => [
  // The second trigger of a failover. Silence is the next alarm's business.
  {
    ...QUIET,
    name: 'alerting-node-unhealthy',
    description: 'The active node does not alert. promote-alerting is called.',
    looksAt: { of: 'shard', metric: METRICS.activeHealthy },
    statistic: 'Minimum',
    periodS: 10,
    periods: 1,
    when: ['<', 1],
    calls: 'promote-alerting',
  },
  // Covers the death of the first trigger.
  {
    name: 'control-plane-silent',
    description: 'No health check has finished for 30 s. promote-alerting checks once in its place.',
    looksAt: { of: 'shard', metric: METRICS.heartbeat },
    statistic: 'SampleCount',
    periodS: 10,
    periods: 3,
    when: ['<', 1],
    missing: 'breaching',
    calls: 'promote-alerting',
  },
  {
    ...QUIET,
    name: 'no-standby',
    description: 'Fewer than two nodes can alert: the next failure leaves no candidate for promotion.',
    looksAt: { of: 'shard', metric: METRICS.healthyNodes },
    statistic: 'Minimum',
    periodS: 60,
    periods: 3,
    when: ['<', 2],
  },
  // By another path than the one it watches: no Prometheus, gate or Alertmanager stands between it and the topic.
  {
    name: 'alerting-silent',
    description: `No watchdog alert has been delivered end to end for ${policy.alertingSilentMs / 1000} s.`,
    looksAt: { of: 'shard', metric: METRICS.watchdogAge },
    statistic: 'Minimum',
    periodS: 10,
    periods: 3,
    when: ['>=', policy.alertingSilentMs / 1000],
    missing: 'breaching',
  },
  // Whoever pauses is at work, and a pause is easily forgotten.
  {
    ...QUIET,
    name: 'automation-paused',
    description: 'Automatic actions have been paused for 30 minutes.',
    looksAt: { of: 'shard', metric: METRICS.paused },
    statistic: 'Minimum',
    periodS: 60,
    periods: 30,
    when: ['>=', 1],
  },
];

/** Data volumes as a whole, and what there is to replace them. */
const volumeAlarms = ({ policy }: Cluster): AlarmSpec[] => [
  ...Object.entries({
    full: 'has no room for the next WAL segments',
    'read-only': 'takes no writes',
    stalled: 'does not answer',
    gone: 'fails every read and write',
  } satisfies Record<keyof typeof METRICS.volumeTrouble, string>).map(([trouble, says]): AlarmSpec => ({
    ...some(METRICS.volumeTrouble[trouble as keyof typeof METRICS.volumeTrouble]),
    name: `volume-${trouble}`,
    description: `The data volume of a node ${says}. The node does not alert meanwhile.`,
    periodS: 10,
  })),
  // The second trigger of a restore; the first is the schedule.
  {
    ...some(METRICS.volumesAsked),
    name: 'volume-needed',
    description: 'A node needs another data volume. restore-snapshot makes one from its latest good snapshot.',
    periodS: 10,
    calls: 'restore-snapshot',
  },
  {
    ...some(METRICS.restoresGivenUp),
    name: 'restore-given-up',
    description: 'No snapshot gave a node a volume on which it gets ready.',
    periodS: 60,
  },
  {
    ...some(METRICS.withoutGoodSnapshot),
    name: 'no-good-snapshot',
    description: `A node has no snapshot younger than ${policy.snapshots.goodWithinMs / 3_600_000} h that a restore test found good.`,
    periodS: 300,
    // A new cluster has none, and needs some time for the first one and its test.
    periods: 12,
    missing: 'breaching',
  },
];

const loadAlarms: readonly AlarmSpec[] = [
  {
    ...some(METRICS.loadShare),
    name: 'load-high',
    // Checks again at once instead of at the next minute.
    description: 'A node exceeds its load limit. shed-load is called.',
    periodS: 60,
    when: ['>', 1],
    calls: 'shed-load',
  },
  {
    ...some(METRICS.scrapeProfile),
    name: 'load-shed',
    description: 'Targets have been scraped less often than configured for 30 minutes.',
    statistic: 'Minimum',
    periodS: 60,
    periods: 30,
  },
];

/** Of the history of this shard's nodes. */
const uploadAlarm: AlarmSpec = {
  name: 'no-block-upload',
  description: 'A node has not uploaded a block for 3 h.',
  looksAt: { of: 'shard', metric: METRICS.uploadAge },
  statistic: 'Maximum',
  periodS: 300,
  periods: 1,
  when: ['>', 3 * 3600],
  missing: 'breaching',
};

/** What keeps queries and history from being complete. Alerting needs none of it. */
const thanosAlarms = (cluster: Cluster): AlarmSpec[] => [
  // The second trigger of a reroute.
  {
    ...some(METRICS.thanosHealthy),
    name: 'thanos-unhealthy',
    description: 'No Thanos query task answers. route-queries is called.',
    periodS: 10,
    periods: 2,
    when: ['<', 1],
    calls: 'route-queries',
  },
  {
    ...some(METRICS.queriesThroughThanos),
    name: 'queries-bypass-thanos',
    description: 'Queries have gone to the nodes for 15 minutes: no deduplication, no history.',
    periodS: 60,
    periods: 15,
    when: ['<', 1],
    missing: 'breaching',
  },
  // Thanos passes over a store gateway that is gone from DNS, without a warning in its answers.
  {
    ...some(METRICS.queriesWithHistory),
    name: 'store-gateway-down',
    description: 'For 5 minutes a query task has reached no store gateway: what only the bucket has is left out.',
    periodS: 60,
    periods: 5,
    when: ['<', 1],
  },
  {
    name: 'compactor-not-running',
    description: 'No compactor has run for an hour: blocks pile up and nothing is downsampled or deleted.',
    looksAt: { of: 'ecs', metric: 'CPUUtilization', service: `${cluster.name}-${DISCOVERY.compact}` },
    statistic: 'SampleCount',
    periodS: 300,
    periods: 12,
    when: ['<', 1],
    missing: 'breaching',
  },
];

const remedyAlarms: readonly AlarmSpec[] = [
  {
    ...some(METRICS.remedyGaveUp),
    name: 'remedy-gave-up',
    description: 'A target is down, and reconnecting to it was given up.',
    statistic: 'Sum',
    periodS: 60,
  },
];
