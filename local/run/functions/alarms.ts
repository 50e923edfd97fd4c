import { judgePoints, type AlarmRule, type AlarmState } from './alarm-rules';
import type { MetricId, MetricStore } from './metrics';

export type { AlarmState } from './alarm-rules';

/** An alarm as it was deployed. */
export interface DeployedAlarm extends AlarmRule {
  readonly name: string;
  readonly arn: string;
  readonly metric: MetricId;
  readonly statistic: 'Minimum' | 'Maximum' | 'Sum' | 'Average' | 'SampleCount';
  readonly periodMs: number;
  readonly comparison: string;
  readonly threshold: number;
  /** ARNs of functions and topics. */
  readonly alarmActions: readonly string[];
  readonly okActions: readonly string[];
}

/** What CloudWatch would say of the alarm at `now`; `before` is its state so far. Pure but for the store. */
export function evaluateAlarm(
  alarm: DeployedAlarm,
  metrics: Pick<MetricStore, 'values'>,
  now: number,
  before: AlarmState = 'INSUFFICIENT_DATA',
  // AWS does not publish how much longer than N the range is; its examples have 5 for N = 3.
  rangeBeyondN = 2,
): AlarmState {
  const end = Math.floor(now / alarm.periodMs) * alarm.periodMs;
  const periods = alarm.evaluationPeriods + rangeBeyondN;
  const points = Array.from({ length: periods }, (_, i) => {
    const from = end - (periods - i) * alarm.periodMs;
    const value = statistic(alarm.statistic, metrics.values(alarm.metric, from, from + alarm.periodMs, now));
    return value === null ? null : compare(value, alarm.comparison, alarm.threshold);
  });
  const state = judgePoints(points, alarm);
  return state === 'keep' ? before : state;
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
