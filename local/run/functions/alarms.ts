import type { MetricId, MetricStore } from './metrics';

/** An alarm as it was deployed. */
export interface DeployedAlarm {
  readonly name: string;
  readonly arn: string;
  readonly metric: MetricId;
  readonly statistic: 'Minimum' | 'Maximum' | 'Sum' | 'Average' | 'SampleCount';
  readonly periodMs: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly comparison: string;
  readonly threshold: number;
  readonly treatMissingData: string;
  /** ARNs of functions and topics. */
  readonly alarmActions: readonly string[];
  readonly okActions: readonly string[];
}

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** What CloudWatch would say of the alarm at `now`, from the last complete periods. Pure but for the store. */
export function evaluateAlarm(alarm: DeployedAlarm, metrics: Pick<MetricStore, 'values'>, now: number): AlarmState {
  const end = Math.floor(now / alarm.periodMs) * alarm.periodMs;
  const points = Array.from({ length: alarm.evaluationPeriods }, (_, i) => {
    const from = end - (i + 1) * alarm.periodMs;
    return statistic(alarm.statistic, metrics.values(alarm.metric, from, from + alarm.periodMs));
  });
  const breaches = points.map((value) =>
    value === null ? missing(alarm) : compare(value, alarm.comparison, alarm.threshold),
  );
  const known = breaches.filter((b) => b !== null);
  if (known.length === 0) return 'INSUFFICIENT_DATA';
  return known.filter(Boolean).length >= alarm.datapointsToAlarm ? 'ALARM' : 'OK';
}

function missing(alarm: DeployedAlarm): boolean | null {
  if (alarm.treatMissingData === 'breaching') return true;
  return alarm.treatMissingData === 'notBreaching' ? false : null;
}

function statistic(name: DeployedAlarm['statistic'], values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sum = values.reduce((a, b) => a + b, 0);
  return {
    Minimum: Math.min(...values),
    Maximum: Math.max(...values),
    Sum: sum,
    Average: sum / values.length,
    SampleCount: values.length,
  }[name];
}

function compare(value: number, comparison: string, threshold: number): boolean {
  switch (comparison) {
    case 'LessThanThreshold':
      return value < threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    default:
      throw new Error(`the local run does not know the comparison ${comparison}`);
  }
}

/** The event that CloudWatch sends to a function that is an alarm's action. */
export function alarmEvent(
  alarm: DeployedAlarm,
  state: AlarmState,
  previous: AlarmState,
  reason: string,
  now: number,
): unknown {
  const timestamp = new Date(now).toISOString();
  return {
    source: 'aws.cloudwatch',
    alarmArn: alarm.arn,
    time: timestamp,
    alarmData: {
      alarmName: alarm.name,
      state: { value: state, reason, timestamp },
      previousState: { value: previous },
    },
  };
}
