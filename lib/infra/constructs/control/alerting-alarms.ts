import type { Cluster } from '../../config/cluster';
import type { Worker } from '../../../contract/functions';
import { METRICS } from '../../../contract/metrics';
import { type AlarmSpec, QUIET, SILENT, some } from './alarm-spec';

/**
 * Of these each goes on looking while health-check is silent. With promote-alerting and the topic they are five actions, and an
 * alarm takes no more: what comes next one of these has to call.
 */
const LOOK_INSTEAD = ['route-queries', 'restore-snapshot', 'shed-load'] satisfies readonly Worker[];

/** A move takes its time, and is easily forgotten as well. It ends by itself, and then two systems tell. */
const MOVE: readonly AlarmSpec[] = [
  {
    ...some(METRICS.withheld),
    name: 'alerts-withheld',
    description: 'For an hour alerts have been told to nobody, because another system is said to tell them.',
    statistic: 'Minimum',
    periodS: 300,
    periods: 12,
  },
  {
    ...some(METRICS.withholdingRanOut),
    name: 'withholding-ran-out',
    description: 'Alerts were withheld up to a date and are told since: another system may tell them too.',
    periodS: 60,
  },
];

/** Whether somebody alerts, and whether it would be noticed if nobody did. */
export const alertingAlarms = ({ policy }: Cluster, functions: readonly string[]): AlarmSpec[] => [
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
    calls: ['promote-alerting'],
  },
  // Covers the death of the first trigger.
  {
    ...SILENT,
    name: 'control-plane-silent',
    description: 'No health check has finished for 50 s. Those that it calls look in its place.',
    looksAt: { of: 'shard', metric: METRICS.heartbeat },
    statistic: 'SampleCount',
    when: ['<', 1],
    calls: ['promote-alerting', ...LOOK_INSTEAD.filter((name) => functions.includes(name))],
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
    ...SILENT,
    name: 'alerting-silent',
    description: `No watchdog alert has been delivered end to end for ${policy.alertingSilentMs / 1000} s.`,
    looksAt: { of: 'shard', metric: METRICS.watchdogAge },
    statistic: 'Minimum',
    when: ['>=', policy.alertingSilentMs / 1000],
  },
  // Each part may say that it is well: what it dropped, or gave up, nobody was told.
  {
    ...some(METRICS.undelivered),
    name: 'notifications-undelivered',
    description: 'On a node, Prometheus dropped alerts or Alertmanager gave up notifications within 10 min.',
    periodS: 60,
  },
  // The node works, and alerts; what needs the secret does not.
  {
    ...some(METRICS.withoutSecrets),
    name: 'secrets-missing',
    description: 'For 3 min a node has lacked a secret: receivers and jobs that need it are silent there.',
    periodS: 60,
    periods: 3,
  },
  // Nothing stops before the certificate ends; then Alertmanagers lose each other, and each notifies.
  {
    ...some(METRICS.oldCertificates),
    name: 'certificates-old',
    description: 'For 30 min a node has had no certificate, or one that ends within three days.',
    periodS: 300,
    periods: 6,
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
  ...MOVE,
];
