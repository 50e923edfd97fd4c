import type { Cluster } from '../../config/cluster';
import { METRICS } from '../../../contract/metrics';
import { DISCOVERY } from '../../../contract/discovery';
import { type AlarmSpec, some } from './alarm-spec';

/** Of the history of this shard's nodes. */
export const uploadAlarm: AlarmSpec = {
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
export const thanosAlarms = (cluster: Cluster): AlarmSpec[] => [
  // The second trigger of a reroute; the first is health-check, which also feeds it.
  {
    ...some(METRICS.thanosHealthy),
    name: 'thanos-unhealthy',
    description: 'No Thanos query task answers. route-queries is called.',
    periodS: 10,
    periods: 2,
    when: ['<', 1],
    calls: ['route-queries'],
  },
  {
    ...some(METRICS.queriesThroughThanos),
    name: 'queries-bypass-thanos',
    description: 'Queries have gone to the nodes for 15 minutes: no deduplication, no history.',
    periodS: 60,
    periods: 15,
    when: ['<', 1],
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
