import type { Cluster } from '../../config/cluster';
import { METRICS } from '../../../contract/metrics';
import { CORRUPTION_GROUPS } from '../../../core/tsdb/groups';
import { type AlarmSpec, some } from './alarm-spec';
import { alertingAlarms } from './alerting-alarms';
import { functionAlarms } from './function-alarms';
import { volumeAlarms } from './volume-alarms';
import { uploadAlarm, thanosAlarms } from './thanos-alarms';

/** Every alarm of a shard. `functions`: names of those that it has. */
export function alarmsOf(cluster: Cluster, functions: readonly string[]): AlarmSpec[] {
  // Thanos and what else there is once for the cluster is watched by shard 0.
  const isFirst = cluster.shard === 0;
  return [
    ...alertingAlarms(cluster, functions),
    ...(cluster.snapshots === true ? volumeAlarms(cluster) : []),
    ...loadAlarms,
    ...(cluster.thanos === null ? [] : [uploadAlarm, ...(isFirst ? thanosAlarms(cluster) : [])]),
    ...(isFirst && cluster.remedies.length > 0 ? remedyAlarms : []),
    ...Object.entries(CORRUPTION_GROUPS).map(([group, what]): AlarmSpec => ({
      ...some(METRICS.corruptedNodes),
      name: group,
      description: `On a node, ${what}.`,
      looksAt: { of: 'shard', metric: METRICS.corruptedNodes, corruption: group },
      periodS: 60,
    })),
    ...functionAlarms(functions),
  ];
}

const loadAlarms: readonly AlarmSpec[] = [
  {
    ...some(METRICS.loadShare),
    name: 'load-high',
    // The second trigger; the first is health-check, which also feeds it.
    description: 'A node exceeds its load limit. shed-load is called.',
    periodS: 60,
    when: ['>', 1],
    calls: ['shed-load'],
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

const remedyAlarms: readonly AlarmSpec[] = [
  {
    ...some(METRICS.remedyGaveUp),
    name: 'remedy-gave-up',
    description: 'A target is down, and reconnecting to it was given up.',
    statistic: 'Sum',
    periodS: 60,
  },
];
