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
import { DAMAGE_GROUPS } from '../../../core/tsdb/groups';
import { DISCOVERY } from '../../../contract/discovery';
import { shardSuffix } from '../../../contract/functions';
import { METRICS } from '../../../contract/metrics';

export interface ControlAlarmsProps {
  readonly cluster: Cluster;
  readonly topic: ITopic;
  readonly promoteAlerting: LambdaFunction;
  /** Whether what there is once for the cluster is this shard's to watch. */
  readonly ofCluster: boolean;
  /** null: there is no Thanos, or it is another shard's to watch. */
  readonly routeQueries: LambdaFunction | null;
  readonly shedLoad: LambdaFunction;
  /** null: volumes are not looked after. */
  readonly restoreSnapshot: LambdaFunction | null;
  readonly functions: readonly { readonly name: string; readonly function: LambdaFunction }[];
}

/** Each has a name that does not change and an entry of that name in docs/runbook. */
export class ControlAlarms extends Construct {
  private readonly cluster: Cluster;
  private readonly notify: IAlarmAction;

  constructor(scope: Construct, id: string, props: ControlAlarmsProps) {
    super(scope, id);
    this.cluster = props.cluster;
    this.notify = new SnsAction(props.topic);
    const promote = new LambdaAction(props.promoteAlerting);

    // The second trigger of a failover. Silence is the next alarm's business.
    this.alarm('alerting-node-unhealthy', [promote], {
      metric: this.shardMetric(METRICS.activeHealthy, Stats.MINIMUM, Duration.seconds(10)),
      alarmDescription: 'The active node does not alert. promote-alerting is called.',
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    // Covers the death of the first trigger.
    this.alarm('control-plane-silent', [promote], {
      metric: this.shardMetric(METRICS.heartbeat, Stats.SAMPLE_COUNT, Duration.seconds(10)),
      alarmDescription: 'Nobody has probed the nodes for 30 s. promote-alerting looks once in its place.',
      threshold: 1,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.BREACHING,
    });
    this.alarm('no-standby', [], {
      metric: this.shardMetric(METRICS.healthyNodes, Stats.MINIMUM, Duration.minutes(1)),
      alarmDescription: 'Fewer than two nodes could alert: the next failure finds nobody to take over.',
      threshold: 2,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    // By another path than the one it watches: no Prometheus, gate or Alertmanager stands between it and the topic.
    this.alarm('alerting-silent', [], {
      metric: this.shardMetric(METRICS.watchdogAge, Stats.MINIMUM, Duration.seconds(10)),
      alarmDescription: `No watchdog alert has been delivered end to end for ${props.cluster.policy.alertingSilentMs / 1000} s.`,
      threshold: props.cluster.policy.alertingSilentMs / 1000,
      evaluationPeriods: 3,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
    // Whoever pauses is at work, and works are forgotten.
    this.alarm('automation-paused', [], {
      metric: this.shardMetric(METRICS.paused, Stats.MINIMUM, Duration.minutes(1)),
      alarmDescription: 'Nothing automatic has happened for 30 minutes: somebody paused it and has not resumed.',
      threshold: 1,
      evaluationPeriods: 30,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (props.restoreSnapshot !== null) this.volumeAlarms(new LambdaAction(props.restoreSnapshot));
    this.loadAlarms(new LambdaAction(props.shedLoad));
    if (props.cluster.thanos !== null) this.uploadAlarm();
    if (props.routeQueries !== null) this.thanosAlarms(new LambdaAction(props.routeQueries));
    if (props.ofCluster && props.cluster.remedies.length > 0) {
      this.alarm('remedy-gave-up', [], {
        metric: this.shardMetric(METRICS.remedyGaveUp, Stats.SUM, Duration.minutes(1)),
        alarmDescription: 'A target is down, and reconnecting to it was given up.',
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    }
    for (const [group, what] of Object.entries(DAMAGE_GROUPS)) {
      this.alarm(group, [], {
        metric: this.shardMetric(METRICS.damagedNodes, Stats.MAXIMUM, Duration.minutes(1), {
          [METRICS.damageDimension]: group,
        }),
        alarmDescription: `Of a node: ${what}.`,
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    }
    for (const { name, function: fn } of props.functions) {
      this.alarm(`${name}-errors`, [], {
        metric: fn.metricErrors({ period: Duration.minutes(1), statistic: Stats.SUM }),
        alarmDescription: `The function ${name} failed.`,
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    }
  }

  /** Data volumes as a whole, and what there is to replace them. */
  private volumeAlarms(restore: IAlarmAction): void {
    const atLeastOne = {
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    };
    for (const [trouble, says] of [
      ['full', 'has no room for its next WAL segments'],
      ['read-only', 'takes no writes'],
      ['stalled', 'does not answer'],
      ['gone', 'fails every read and write'],
    ] as const) {
      this.alarm(`volume-${trouble}`, [], {
        ...atLeastOne,
        metric: this.shardMetric(METRICS.volumeTrouble[trouble], Stats.MAXIMUM, Duration.seconds(10)),
        alarmDescription: `The data volume of a node ${says}. The node does not alert meanwhile.`,
        evaluationPeriods: 1,
      });
    }
    // The second trigger of a restore; the first is the schedule.
    this.alarm('volume-needed', [restore], {
      ...atLeastOne,
      metric: this.shardMetric(METRICS.volumesAsked, Stats.MAXIMUM, Duration.seconds(10)),
      alarmDescription: 'A node needs another data volume. restore-snapshot makes one of its latest good snapshot.',
      evaluationPeriods: 1,
    });
    this.alarm('restore-given-up', [], {
      ...atLeastOne,
      metric: this.shardMetric(METRICS.restoresGivenUp, Stats.MAXIMUM, Duration.minutes(1)),
      alarmDescription: 'No snapshot gave a node a volume on which it gets ready.',
      evaluationPeriods: 1,
    });
    this.alarm('no-good-snapshot', [], {
      ...atLeastOne,
      metric: this.shardMetric(METRICS.withoutGoodSnapshot, Stats.MAXIMUM, Duration.minutes(5)),
      alarmDescription: `A node has no snapshot younger than ${this.cluster.policy.snapshots.goodWithinMs / 3_600_000} h that a restore test found good.`,
      // A new cluster has none, and needs some time for the first one and its test.
      evaluationPeriods: 12,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  /** More than a node should bear, and what was given up for it. */
  private loadAlarms(shed: IAlarmAction): void {
    // Looks again at once instead of at the next minute.
    this.alarm('load-high', [shed], {
      metric: this.shardMetric(METRICS.loadShare, Stats.MAXIMUM, Duration.minutes(1)),
      alarmDescription: 'A node exceeds its load limit. shed-load is called.',
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    this.alarm('load-shed', [], {
      metric: this.shardMetric(METRICS.scrapeProfile, Stats.MINIMUM, Duration.minutes(1)),
      alarmDescription: 'Targets have been scraped less often than configured for 30 minutes.',
      threshold: 1,
      evaluationPeriods: 30,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /** What keeps queries and history from being whole. Alerting needs none of it. */
  private thanosAlarms(route: IAlarmAction): void {
    // The second trigger of a reroute.
    this.alarm('thanos-unhealthy', [route], {
      metric: this.shardMetric(METRICS.thanosHealthy, Stats.MAXIMUM, Duration.seconds(10)),
      alarmDescription: 'No Thanos query task answers. route-queries is called.',
      threshold: 1,
      evaluationPeriods: 2,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    this.alarm('queries-bypass-thanos', [], {
      metric: this.shardMetric(METRICS.queriesThroughThanos, Stats.MAXIMUM, Duration.minutes(1)),
      alarmDescription: 'Queries have gone to the nodes for 15 minutes: no deduplication, no history.',
      threshold: 1,
      evaluationPeriods: 15,
      treatMissingData: TreatMissingData.BREACHING,
    });
    // Thanos passes over a store gateway that is gone from DNS, without a warning in its answers.
    this.alarm('store-gateway-down', [], {
      metric: this.shardMetric(METRICS.queriesWithHistory, Stats.MAXIMUM, Duration.minutes(1)),
      alarmDescription:
        'For 5 minutes a query task has reached no store gateway: what only the bucket has is left out.',
      threshold: 1,
      evaluationPeriods: 5,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    this.alarm('compactor-not-running', [], {
      metric: new Metric({
        namespace: 'AWS/ECS',
        metricName: 'CPUUtilization',
        dimensionsMap: { ClusterName: this.cluster.name, ServiceName: `${this.cluster.name}-${DISCOVERY.compact}` },
        statistic: Stats.SAMPLE_COUNT,
        period: Duration.minutes(5),
      }),
      alarmDescription: 'No compactor has run for an hour: blocks pile up and nothing is downsampled or deleted.',
      threshold: 1,
      evaluationPeriods: 12,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  /** History of this shard's nodes. */
  private uploadAlarm(): void {
    this.alarm('no-block-upload', [], {
      metric: this.shardMetric(METRICS.uploadAge, Stats.MAXIMUM, Duration.minutes(5)),
      alarmDescription: 'A node has not uploaded a block for 3 h.',
      threshold: 3 * 3600,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  private alarm(
    name: string,
    actions: readonly IAlarmAction[],
    props: {
      readonly metric: Metric;
      readonly alarmDescription: string;
      readonly threshold: number;
      readonly evaluationPeriods: number;
      readonly treatMissingData: TreatMissingData;
      readonly comparisonOperator?: ComparisonOperator;
    },
  ): void {
    const alarm = new Alarm(this, name, {
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      ...props,
      alarmName: `${this.cluster.name}-${name}${shardSuffix(this.cluster.shard)}`,
      alarmDescription: `${props.alarmDescription} Runbook: docs/runbook/${name}.md`,
    });
    alarm.addAlarmAction(...actions, this.notify);
    alarm.addOkAction(this.notify);
  }

  private shardMetric(
    metricName: string,
    statistic: string,
    period: Duration,
    further: Readonly<Record<string, string>> = {},
  ): Metric {
    const [cluster, shard] = METRICS.dimensions;
    return new Metric({
      namespace: METRICS.namespace,
      metricName,
      dimensionsMap: { [cluster]: this.cluster.name, [shard]: String(this.cluster.shard), ...further },
      statistic,
      period,
    });
  }
}
