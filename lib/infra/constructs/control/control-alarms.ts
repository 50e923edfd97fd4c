import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Metric,
  Stats,
  TreatMissingData,
  type IAlarmAction,
} from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaAction, SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Cluster } from '../../config/cluster';
import { FURTHER_DIMENSIONS, METRIC_NAMESPACE, SHARD_DIMENSIONS } from '../../../contract/metrics';
import { shardSuffix } from '../../../contract/functions';
import { alarmsOf } from './alarms';
import { callsOf, type AlarmSpec } from './alarm-spec';

export interface ControlAlarmsProps {
  readonly cluster: Cluster;
  readonly topic: ITopic;
  /** By name. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
}

const COMPARISONS = {
  '<': ComparisonOperator.LESS_THAN_THRESHOLD,
  '>': ComparisonOperator.GREATER_THAN_THRESHOLD,
  '>=': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
};
const MISSING = { breaching: TreatMissingData.BREACHING, notBreaching: TreatMissingData.NOT_BREACHING };
const STATISTICS = { Minimum: Stats.MINIMUM, Maximum: Stats.MAXIMUM, Sum: Stats.SUM, SampleCount: Stats.SAMPLE_COUNT };

/** The alarms of the table, in CloudWatch. */
export class ControlAlarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ControlAlarmsProps,
  ) {
    super(scope, id);
    const { cluster, functions, topic } = props;
    const notify = new SnsAction(topic);
    const calling = new Map<string, IAlarmAction>();
    this.all = alarmsOf(cluster, [...functions.keys()]).map((spec) => {
      const [comparison, threshold] = spec.when;
      const alarm = new Alarm(this, spec.name, {
        alarmName: `${cluster.name}-${spec.name}${shardSuffix(cluster.shard)}`,
        alarmDescription: `${spec.description} Runbook: ${runbookOf(spec.runbook ?? spec.name, cluster)}`,
        metric: this.metric(spec),
        comparisonOperator: COMPARISONS[comparison],
        threshold,
        evaluationPeriods: spec.periods,
        ...(spec.atLeast === undefined ? {} : { datapointsToAlarm: spec.atLeast }),
        treatMissingData: MISSING[spec.missing],
      });
      for (const name of callsOf(spec)) {
        // One action for all alarms that call the function.
        const action = calling.get(name) ?? new LambdaAction(this.function(name));
        calling.set(name, action);
        alarm.addAlarmAction(action);
      }
      alarm.addAlarmAction(notify);
      alarm.addOkAction(notify);
      return alarm;
    });
  }

  private metric({ looksAt, statistic, periodS }: AlarmSpec): Metric {
    const { cluster } = this.props;
    const common = { statistic: STATISTICS[statistic], period: Duration.seconds(periodS) };
    switch (looksAt.of) {
      case 'function':
        return this.function(looksAt.name).metric(looksAt.metric, common);
      case 'ecs':
        return new Metric({
          ...common,
          namespace: 'AWS/ECS',
          metricName: looksAt.metric,
          dimensionsMap: { ClusterName: cluster.name, ServiceName: looksAt.service },
        });
      case 'queue':
        return new Metric({
          ...common,
          namespace: 'AWS/SQS',
          metricName: looksAt.metric,
          dimensionsMap: { QueueName: looksAt.queue },
        });
      case 'shard':
        return new Metric({
          ...common,
          namespace: METRIC_NAMESPACE,
          metricName: looksAt.metric.name,
          dimensionsMap: {
            [SHARD_DIMENSIONS.cluster]: cluster.name,
            [SHARD_DIMENSIONS.shard]: String(cluster.shard),
            ...(looksAt.corruption !== undefined && { [FURTHER_DIMENSIONS.corruption]: looksAt.corruption }),
          },
        });
    }
  }

  private function(name: string): LambdaFunction {
    const found = this.props.functions.get(name);
    if (found === undefined) throw new Error(`alarms.ts names the function ${name}, which this shard does not have`);
    return found;
  }
}

/** A link where the pages are published, else the page's path in the repository. */
function runbookOf(alarm: string, { runbookBase }: Cluster): string {
  return runbookBase === undefined
    ? `docs/runbook/${alarm}.md in the repository that this was deployed from`
    : `${runbookBase.replace(/\/$/, '')}/${alarm}.md`;
}
