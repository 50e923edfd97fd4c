import type { Cluster } from '../../config/cluster';
import { METRICS } from '../../../contract/metrics';
import { CORRUPTION_GROUPS } from '../../../core/tsdb/groups';
import { type AlarmSpec, QUIET, some } from './alarm-spec';
import { alertingAlarms } from './alerting-alarms';
import { functionAlarms } from './function-alarms';
import { givenUpQueueName } from './given-up-calls';
import { volumeAlarms } from './volume-alarms';
import { uploadAlarm, thanosAlarms } from './thanos-alarms';

/** Every alarm of a shard. `functions`: names of those that it has. */
export function alarmsOf(cluster: Cluster, functions: readonly string[]): AlarmSpec[] {
  // Thanos and what else there is once for the cluster is watched by shard 0.
  const isFirst = cluster.shard === 0;
  return [
    ...alertingAlarms(cluster, functions),
    ...(cluster.snapshots === true ? volumeAlarms(cluster) : []),
    ...loadAlarms(cluster),
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
    callsGivenUp(cluster),
    cyclesFail,
  ];
}

const loadAlarms = ({ load: { droppable } }: Cluster): readonly AlarmSpec[] => [
  {
    ...some(METRICS.loadShare),
    name: 'load-high',
    description: `A node exceeds its load limit. ${droppable === undefined ? 'Nothing is droppable, so nothing is shed.' : 'shed-load is called.'}`,
    periodS: 60,
    when: ['>', 1],
    // The second trigger; the first is health-check, which also feeds it.
    ...(droppable === undefined ? {} : { calls: ['shed-load'] as const }),
  },
  {
    ...some(METRICS.scrapeProfile),
    name: 'load-shed',
    description: 'Droppable series have not been scraped for 30 minutes.',
    statistic: 'Minimum',
    periodS: 60,
    periods: 30,
  },
];

/** By what lies there, not by what came: SQS tells of a queue that was idle up to 15 min late. So it rings until that is taken. */
const callsGivenUp = (cluster: Cluster): AlarmSpec => ({
  ...QUIET,
  name: 'calls-given-up',
  description: 'Lambda gave up a call of a function: what it was asked for is not done, unless it was asked again.',
  looksAt: { of: 'queue', metric: 'ApproximateNumberOfMessagesVisible', queue: givenUpQueueName(cluster) },
  statistic: 'Maximum',
  periodS: 60,
  periods: 1,
  when: ['>=', 1],
});

/** Functions count what goes wrong in a cycle and go on: it fails no invocation. Once is S3 in a bad second. */
const cyclesFail: AlarmSpec = {
  ...some(METRICS.controlErrors),
  name: 'cycles-failing',
  description:
    'For five minutes, cycles of functions have failed in part: what they read, write or call is out of reach.',
  periodS: 60,
  periods: 5,
};

const remedyAlarms: readonly AlarmSpec[] = [
  {
    ...some(METRICS.remedyGaveUp),
    name: 'remedy-gave-up',
    description: 'A target is down, and reconnecting to it was given up.',
    statistic: 'Sum',
    periodS: 60,
  },
];
