import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Color,
  Dashboard,
  GraphWidget,
  Metric,
  Stats,
  type IAlarm,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { shardSuffix } from '../../../contract/functions';
import { METRICS, METRIC_NAMESPACE, SHARD_DIMENSIONS, type MetricDefinition } from '../../../contract/metrics';
import type { Cluster } from '../../config/cluster';

export interface ControlDashboardProps {
  readonly cluster: Cluster;
  readonly alarms: readonly IAlarm[];
  /** By name. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
}

/** CloudWatch's grid is 24 wide. */
const WIDTH = 24;
const HALF = WIDTH / 2;

/** What a shard's control plane sees and does, from what functions publish anyway: the first look when Prometheus is down. */
export function controlDashboard(scope: Construct, id: string, props: ControlDashboardProps): Dashboard {
  const { cluster, alarms, functions } = props;
  const shard = { [SHARD_DIMENSIONS.cluster]: cluster.name, [SHARD_DIMENSIONS.shard]: String(cluster.shard) };
  const of = ({ name }: MetricDefinition, statistic: string): IMetric =>
    new Metric({ namespace: METRIC_NAMESPACE, metricName: name, dimensionsMap: shard, statistic, period: MINUTE });
  const least = (metric: MetricDefinition): IMetric => of(metric, Stats.MINIMUM);
  const most = (metric: MetricDefinition): IMetric => of(metric, Stats.MAXIMUM);
  const sum = (metric: MetricDefinition): IMetric => of(metric, Stats.SUM);
  const each = (name: 'Errors' | 'Throttles'): IMetric[] =>
    [...functions].map(([label, fn]) => fn.metric(name, { statistic: Stats.SUM, period: MINUTE, label }));
  return new Dashboard(scope, id, {
    dashboardName: `${cluster.name}-control${shardSuffix(cluster.shard)}`,
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', width: WIDTH, height: 6, alarms: [...alarms] })],
      [
        graph('Alerting', [least(METRICS.activeHealthy), least(METRICS.healthyNodes)], 'nobody alerts'),
        graph('Moves of alerting, failed cycles', [sum(METRICS.promotions), sum(METRICS.controlErrors)]),
      ],
      [
        graph('Watchdog, seconds since it was delivered', [most(METRICS.watchdogAge)]),
        graph('Load: share of the limit, profile', [most(METRICS.loadShare), most(METRICS.scrapeProfile)]),
      ],
      ...(cluster.thanos === null
        ? []
        : [
            [
              graph('Thanos answers, queries go through it: drawn while not', [
                least(METRICS.thanosHealthy),
                least(METRICS.queriesThroughThanos),
              ]),
              graph('Seconds since a block was uploaded', [most(METRICS.uploadAge)]),
            ],
          ]),
      [graph('Functions that failed', each('Errors')), graph('Functions that were throttled', each('Throttles'))],
    ],
  });
}

const MINUTE = Duration.minutes(1);

function graph(title: string, left: IMetric[], below?: string): IWidget {
  return new GraphWidget({
    title,
    width: HALF,
    left,
    leftYAxis: { min: 0, showUnits: false },
    ...(below !== undefined && { leftAnnotations: [{ value: 1, label: below, color: Color.RED }] }),
  });
}
