import { METRICS } from '../../../../lib/contract/metrics';
import { evaluateAlarm, type DeployedAlarm } from '../../../../local/run/functions/alarms';
import { judgePoints } from '../../../../local/run/functions/alarm-rules';
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
        { metric: METRICS.corruptedNodes, value: 1, corruption: 'tsdb-corrupt' },
        { metric: METRICS.paused, value: 0 },
      ],
      5_000,
    )) {
      expect(metrics.takeLogLine(line)).toBe(true);
    }
    expect(metrics.values(METRIC, 0, 10_000)).toEqual([0]);
    expect(
      metrics.values(
        { ...METRIC, name: 'CorruptedNodes', dimensions: { ...METRIC.dimensions, Corruption: 'tsdb-corrupt' } },
        0,
        10_000,
      ),
    ).toEqual([1]);
    // What an alarm takes silence for is not paid for.
    expect(metrics.values({ ...METRIC, name: 'Paused' }, 0, 10_000)).toEqual([]);
    expect(metrics.takeLogLine('{"level":"info"}')).toBe(false);
  });
});

// From "How alarm state is evaluated when data is missing", CloudWatch's user guide, and its edition of 2018 (the last row).
describe('CloudWatch’s published examples (0 good, X breaching, - missing; the newest last)', () => {
  type Row = [n: number, m: number, points: string, missing: string, ignore: string, breaching: string, not: string];
  const rows: Row[] = [
    [3, 3, '0-X-X', 'OK', 'OK', 'OK', 'OK'],
    [3, 3, '0----', 'OK', 'OK', 'OK', 'OK'],
    [3, 3, '-----', 'INSUFFICIENT_DATA', 'keep', 'ALARM', 'OK'],
    [3, 3, '0XX-X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    [3, 3, '--X--', 'ALARM', 'keep', 'ALARM', 'OK'],
    [3, 2, '0-X-X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    [3, 2, '00X0X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    [3, 2, '0-X--', 'OK', 'OK', 'ALARM', 'OK'],
    [3, 2, '----0', 'OK', 'OK', 'ALARM', 'OK'],
    [3, 2, '---X-', 'ALARM', 'keep', 'ALARM', 'OK'],
    [3, 3, '----X', 'INSUFFICIENT_DATA', 'keep', 'ALARM', 'OK'],
  ];
  test.each(rows)('%i periods, %i to alarm: %s', (evaluationPeriods, datapointsToAlarm, text, ...expected) => {
    const points = [...text].map((c) => (c === '-' ? null : c === 'X'));
    const treatments = ['missing', 'ignore', 'breaching', 'notBreaching'];
    const judged = treatments.map((treatMissingData) =>
      judgePoints(points, { evaluationPeriods, datapointsToAlarm, treatMissingData }),
    );
    expect(judged).toEqual(expected);
  });
});

test('a late point counts from when it comes, in the period in which it was written', () => {
  const metrics = new MetricStore(() => 12_000);
  metrics.put(METRIC, 0, 8_000);
  expect(evaluateAlarm(alarm(), metrics, 19_900)).toBe('OK');
  expect(evaluateAlarm(alarm(), metrics, 20_000)).toBe('ALARM');
  // Without periods beyond N it is never seen: its period is over.
  expect(evaluateAlarm(alarm(), metrics, 20_000, 'OK', 0)).toBe('OK');
});
