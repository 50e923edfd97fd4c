import { METRICS } from '../../../../lib/contract/metrics';
import { evaluateAlarm, type DeployedAlarm } from '../../../../local/run/functions/alarms';
import { MetricStore } from '../../../../local/run/functions/metrics';
import { embeddedMetrics } from '../../../../lambdas/shared/metrics';

const METRIC = { namespace: 'PrometheusHA', name: 'ActiveNodeHealthy', dimensions: { Cluster: 'c', Shard: '0' } };
const alarm = (over: Partial<DeployedAlarm> = {}): DeployedAlarm => ({
  name: 'a',
  arn: 'arn:a',
  metric: METRIC,
  statistic: 'Minimum',
  periodMs: 10_000,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  comparison: 'LessThanThreshold',
  threshold: 1,
  treatMissingData: 'notBreaching',
  alarmActions: [],
  okActions: [],
  ...over,
});

/** Values at 2 s distance, from 0 on. */
function store(values: readonly number[]): MetricStore {
  const metrics = new MetricStore();
  values.forEach((value, i) => metrics.put(METRIC, value, i * 2_000));
  return metrics;
}

describe('alarms of the local run', () => {
  test('one low value in the last complete period is enough for Minimum', () => {
    expect(evaluateAlarm(alarm(), store([1, 1, 0, 1, 1]), 10_500)).toBe('ALARM');
  });
  test('a period that is not complete does not count yet', () => {
    expect(evaluateAlarm(alarm(), store([1, 1, 1, 1, 1, 0]), 11_000)).toBe('OK');
  });
  test('missing data breaches, does not breach or is unknown, as the alarm says', () => {
    const silent = new MetricStore();
    expect(
      evaluateAlarm(
        alarm({ treatMissingData: 'breaching', evaluationPeriods: 3, datapointsToAlarm: 3 }),
        silent,
        60_000,
      ),
    ).toBe('ALARM');
    expect(evaluateAlarm(alarm({ treatMissingData: 'notBreaching' }), silent, 60_000)).toBe('OK');
    expect(evaluateAlarm(alarm({ treatMissingData: 'missing' }), silent, 60_000)).toBe('INSUFFICIENT_DATA');
  });
  test('fewer breaching periods than datapoints to alarm are no alarm', () => {
    const threeOfThree = alarm({ evaluationPeriods: 3, datapointsToAlarm: 3 });
    expect(evaluateAlarm(threeOfThree, store([...Array(10).fill(1), 0, 0, 0, 0, 0]), 30_000)).toBe('OK');
    expect(evaluateAlarm(threeOfThree, store(Array(15).fill(0)), 30_000)).toBe('ALARM');
  });
  test('what the functions write as metrics is what the alarms read', () => {
    const metrics = new MetricStore();
    for (const line of embeddedMetrics(
      'c',
      0,
      [
        { metric: METRICS.activeHealthy, value: 0 },
        { metric: METRICS.nodeHealthy, value: 1, node: 'node-1' },
      ],
      5_000,
    )) {
      expect(metrics.takeLogLine(line)).toBe(true);
    }
    expect(metrics.values(METRIC, 0, 10_000)).toEqual([0]);
    expect(
      metrics.values(
        { ...METRIC, name: 'NodeHealthy', dimensions: { ...METRIC.dimensions, Node: 'node-1' } },
        0,
        10_000,
      ),
    ).toEqual([1]);
    expect(metrics.takeLogLine('{"level":"info"}')).toBe(false);
  });
});
