import type { DeployedAlarm } from '../../local/run/functions/alarms';
import type { Synthesized } from './synthesize';

/** The alarms of all templates, as CloudWatch would have them. */
export const deployedAlarms = (made: Synthesized): DeployedAlarm[] =>
  made.all('AWS::CloudWatch::Alarm').map(({ Properties: p }) => ({
    name: p.AlarmName,
    arn: p.AlarmName,
    metric: {
      namespace: p.Namespace,
      name: p.MetricName,
      dimensions: Object.fromEntries(
        p.Dimensions.map((d: { Name: string; Value: unknown }) => [d.Name, nameOf(d.Value)]),
      ),
    },
    statistic: p.Statistic,
    periodMs: p.Period * 1000,
    evaluationPeriods: p.EvaluationPeriods,
    datapointsToAlarm: p.DatapointsToAlarm ?? p.EvaluationPeriods,
    comparison: p.ComparisonOperator,
    threshold: p.Threshold,
    treatMissingData: p.TreatMissingData,
    alarmActions: p.AlarmActions,
    okActions: p.OKActions,
  }));

/** A dimension may be a reference to a function or a service: its logical id says as much. */
const nameOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
