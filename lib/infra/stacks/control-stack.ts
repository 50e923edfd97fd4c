import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as InvokeFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { join } from 'node:path';
import type { Construct } from 'constructs';
import type { Cluster } from '../config/cluster';
import { acknowledgeAnnouncements, acknowledgeStorage, readableKeys } from '../constructs/nodes/readable-keys';
import { acknowledgeEbs, restorePermissions, snapshotPermissions } from '../constructs/control/volume-permissions';
import { alarmTopic } from '../constructs/control/alarm-topic';
import { BundledFunction, type BundledFunctionProps } from '../constructs/control/bundled-function';
import { ControlAlarms } from '../constructs/control/control-alarms';
import { fileAsset } from '../constructs/nodes/file-asset';
import { remediesEntry } from '../constructs/control/remedies-entry';
import { remedyEnvironment } from '../constructs/control/remedy-environment';
import type { ConfigBundle, ConfigPointer } from '../../contract/documents/config';
import type { LoadSettings, QueryRoutes } from '../../contract/documents/settings';
import { ENV } from '../../contract/environment';
import { shardSuffix } from '../../contract/functions';
import { KEYS, RESTORES, STORAGE } from '../../contract/keys';
import type { NetworkStack } from './network-stack';
import type { QueryStack } from './query-stack';
import { stackProps, tagShard } from './scope';

export interface ControlStackProps {
  readonly cluster: Cluster;
  readonly network: NetworkStack;
  readonly controlBucket: Bucket;
  /** Shard 0 has what there is once for the whole cluster; null for the others. */
  readonly ofCluster: { readonly query: QueryStack; readonly bundle: ConfigBundle } | null;
  /** Where alarms go; null: to a topic that is made here. */
  readonly topic: ITopic | null;
  /** lambdas/, with a directory per function. */
  readonly functionsDir: string;
  readonly root: string;
}

/** Who decides that another node of the shard shall alert, and what calls it. */
export class ControlStack extends Stack {
  readonly topic: ITopic;
  private readonly props: ControlStackProps;

  constructor(scope: Construct, id: string, props: ControlStackProps) {
    const { cluster, ofCluster } = props;
    super(scope, id, stackProps(cluster, 'control', 'Functions, schedule and alarms of the control plane'));
    this.props = props;
    tagShard(this, cluster);

    const healthCheck = this.controlFunction('health-check', Duration.seconds(90), 'Probes the nodes every 2 s', [
      KEYS.assignment(cluster.shard),
      KEYS.heartbeat(cluster.shard),
      // Shard 0 hands the configuration on; a further one lets itself in.
      ofCluster === null ? KEYS.layout : KEYS.configPointer,
    ]);
    const promoteAlerting = this.controlFunction('promote-alerting', Duration.seconds(30), 'Moves alerting', [
      KEYS.assignment(cluster.shard),
    ]);
    const routeQueries = ofCluster && this.routeQueries(ofCluster.query);
    const shedLoad = this.shedLoad();
    const reconnect = ofCluster === null || cluster.remedies.length === 0 ? null : this.reconnectFunction();
    // One pointer for all shards, carried by one schedule: two would contradict each other while a deploy is half done.
    this.everyMinute('EveryMinute', 'health-check', 'Starts a minute of probes', healthCheck, {
      ...(ofCluster && { config: this.configPointer(ofCluster.bundle) }),
    });
    if (routeQueries !== null) {
      this.everyMinute(
        'EveryMinuteQueries',
        'route-queries',
        'Starts a minute of probes of Thanos query',
        routeQueries,
      );
    }
    this.everyMinute('EveryMinuteLoad', 'shed-load', 'Looks at the load of the nodes', shedLoad);
    const volumes = cluster.snapshots === true ? this.volumeFunctions() : null;
    this.topic = props.topic ?? alarmTopic(this, 'AlarmTopic', cluster.alarmEmail);
    // Further shards import it. Exported from the beginning, so that one more of them changes nothing here.
    if (props.topic === null) {
      this.exportValue(this.topic.topicArn);
      new CfnOutput(this, 'AlarmTopicArn', {
        value: this.topic.topicArn,
        description: 'Subscribe here to hear alarms',
      });
    }
    new ControlAlarms(this, 'Alarms', {
      cluster,
      topic: this.topic,
      promoteAlerting: promoteAlerting.function,
      ofCluster: ofCluster !== null,
      routeQueries: routeQueries && routeQueries.function,
      shedLoad: shedLoad.function,
      restoreSnapshot: volumes && volumes.restoreSnapshot.function,
      functions: [
        { name: 'health-check', function: healthCheck.function },
        { name: 'promote-alerting', function: promoteAlerting.function },
        ...(routeQueries === null ? [] : [{ name: 'route-queries', function: routeQueries.function }]),
        { name: 'shed-load', function: shedLoad.function },
        ...(volumes === null
          ? []
          : [
              { name: 'take-snapshot', function: volumes.takeSnapshot.function },
              { name: 'restore-snapshot', function: volumes.restoreSnapshot.function },
            ]),
        ...(reconnect === null ? [] : [{ name: 'reconnect-redis', function: reconnect.function }]),
      ],
    });
  }

  private everyMinute(id: string, name: string, description: string, called: BundledFunction, input = {}): void {
    const { cluster } = this.props;
    new Rule(this, id, {
      ruleName: `${cluster.name}-${name}${shardSuffix(cluster.shard)}`,
      description,
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        new InvokeFunction(called.function, {
          event: RuleTargetInput.fromObject({ source: 'schedule', ...input }),
          // An invocation that is a minute late has been overtaken by the next one.
          retryAttempts: 1,
          maxEventAge: Duration.seconds(60),
        }),
      ],
    });
  }

  /** Called by the nodes when an alert has a remedy. What it may connect to is in its environment, and nowhere else. */
  private reconnectFunction(): BundledFunction {
    const { cluster, network, functionsDir, root } = this.props;
    const { remedies, shard } = cluster;
    const keys = remedies.map(({ name }) => KEYS.remedy(shard, name));
    return this.controlFunction('reconnect-redis', Duration.minutes(5), 'Reconnects to targets that are down', keys, {
      reads: keys,
      entry: remediesEntry(join(functionsDir, 'reconnect-redis', 'handler.ts'), root, remedies),
      securityGroup: network.traffic.remedies,
      environment: remedyEnvironment(remedies),
      permissions: remedies.flatMap(({ hook }) =>
        (hook?.allow ?? []).map(
          ({ actions, resources }) => new PolicyStatement({ actions: [...actions], resources: [...resources] }),
        ),
      ),
    });
  }

  /** The bundle goes into the assets bucket; a changed rule changes this pointer and nothing else. */
  private configPointer(bundle: ConfigBundle): ConfigPointer {
    const content = `${JSON.stringify(bundle, null, 2)}\n`;
    const { asset, hash } = fileAsset(this, 'Configuration', 'config.json', content);
    return { version: 1, bucket: asset.s3BucketName, key: asset.s3ObjectKey, hash };
  }

  /** Asks the nodes for their load and writes the scrape profile into the assignment. */
  private shedLoad(): BundledFunction {
    const { shard, load, scrapeInterval } = this.props.cluster;
    const { limits, overMs, calmMs } = load;
    const settings: LoadSettings = { policy: { limits, overMs, calmMs }, scrapeInterval };
    return this.controlFunction(
      'shed-load',
      Duration.seconds(60),
      'Scrapes less while nodes bear too much',
      [KEYS.assignment(shard)],
      { environment: { [ENV.load]: JSON.stringify(settings) } },
    );
  }

  /** What takes, tries and restores snapshots; only where it is asked for. */
  private volumeFunctions(): Record<'takeSnapshot' | 'restoreSnapshot', BundledFunction> {
    const { cluster } = this.props;
    const takeSnapshot = this.ebsFunction('take-snapshot', Duration.seconds(60), 'Takes, tries and prunes snapshots', {
      writes: [],
      permissions: snapshotPermissions(this, cluster),
    });
    const restoreSnapshot = this.ebsFunction('restore-snapshot', Duration.seconds(90), 'Replaces a volume', {
      writes: [RESTORES(cluster.shard)],
      permissions: restorePermissions(this, cluster),
    });
    this.everyMinute('EveryMinuteSnapshots', 'take-snapshot', 'Takes snapshots that are due', takeSnapshot);
    this.everyMinute('EveryMinuteRestore', 'restore-snapshot', 'Looks for nodes that need a volume', restoreSnapshot);
    return { takeSnapshot, restoreSnapshot };
  }

  /** What reads the reports of nodes on their volumes, and calls EBS. */
  private ebsFunction(
    name: string,
    timeout: Duration,
    description: string,
    more: { readonly writes: readonly string[]; readonly permissions: PolicyStatement[] },
  ): BundledFunction {
    const { cluster } = this.props;
    const { shard } = cluster;
    const { permissions, writes } = more;
    const reads = [STORAGE(shard), RESTORES(shard)];
    const made = this.controlFunction(name, timeout, description, writes, { reads, permissions, lean: true });
    acknowledgeEbs(made, cluster);
    acknowledgeStorage(made, cluster);
    return made;
  }

  /** Reads who is there, probes Thanos query, and changes one listener. */
  private routeQueries({ queries, thanos, nodes }: QueryStack): BundledFunction | null {
    if (thanos === null) return null;
    const routes: QueryRoutes = {
      listenerArn: queries.listenerArn,
      thanosTargetGroupArn: thanos.targetGroupArn,
      nodesTargetGroupArn: nodes.targetGroupArn,
    };
    return this.controlFunction('route-queries', Duration.seconds(90), 'Sends queries to Thanos or to the nodes', [], {
      environment: { [ENV.queryRoutes]: this.toJsonString(routes) },
      permissions: [
        // Describing knows no narrower resource.
        new PolicyStatement({
          actions: ['elasticloadbalancing:DescribeListeners', 'elasticloadbalancing:DescribeTargetHealth'],
          resources: ['*'],
        }),
        new PolicyStatement({ actions: ['elasticloadbalancing:ModifyListener'], resources: [queries.listenerArn] }),
      ],
    });
  }

  private controlFunction(
    name: string,
    timeout: Duration,
    description: string,
    writes: readonly string[],
    more: Partial<Pick<BundledFunctionProps, 'entry' | 'lean' | 'securityGroup' | 'environment' | 'permissions'>> & {
      readonly reads?: readonly string[];
    } = {},
  ): BundledFunction {
    const { cluster, network, controlBucket, functionsDir, root } = this.props;
    const made = new BundledFunction(this, name, {
      functionName: `${cluster.name}-${name}${shardSuffix(cluster.shard)}`,
      entry: more.entry ?? join(functionsDir, name, 'handler.ts'),
      ...(more.lean === undefined ? {} : { lean: more.lean }),
      root,
      description,
      timeout,
      environment: {
        [ENV.cluster]: cluster.name,
        [ENV.shard]: String(cluster.shard),
        [ENV.controlBucket]: controlBucket.bucketName,
        [ENV.policy]: JSON.stringify(cluster.policy),
        ...more.environment,
      },
      vpc: network.vpc,
      vpcSubnets: network.subnets,
      securityGroup: more.securityGroup ?? network.traffic.functions,
      permissions: [
        // Without ListBucket S3 answers 403 instead of 404 for an object that does not exist yet.
        new PolicyStatement({ actions: ['s3:ListBucket'], resources: [controlBucket.bucketArn] }),
        new PolicyStatement({
          actions: ['s3:GetObject'],
          resources: [...readableKeys(cluster), ...(more.reads ?? [])].map((key) => controlBucket.arnForObjects(key)),
        }),
        ...(writes.length === 0
          ? []
          : [
              new PolicyStatement({
                actions: ['s3:PutObject'],
                resources: writes.map((key) => controlBucket.arnForObjects(key)),
              }),
            ]),
        ...(more.permissions ?? []),
      ],
    });
    acknowledgeAnnouncements(made, cluster);
    return made;
  }
}
