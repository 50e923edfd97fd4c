import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Cluster } from '../config/cluster';
import { authorityKey } from '../constructs/control/authority-key';
import { alarmTopic } from '../constructs/control/alarm-topic';
import { ControlAlarms } from '../constructs/control/control-alarms';
import { controlFunctions } from '../constructs/control/control-functions';
import { controlDashboard } from '../constructs/control/dashboard';
import { givenUpCalls } from '../constructs/control/given-up-calls';
import { operatorPolicy } from '../constructs/control/operator-policy';
import { smokePolicy } from '../constructs/control/smoke-policy';
import { fileAsset } from '../constructs/nodes/file-asset';
import type { ConfigBundle, ConfigPointer } from '../../contract/documents/config';
import type { QueryRoutes } from '../../contract/documents/settings';
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
  readonly root: string;
}

/** Functions, schedules and alarms of one shard, each from its table: constructs/control/functions.ts and alarms.ts. */
export class ControlStack extends Stack {
  readonly topic: ITopic;

  constructor(scope: Construct, id: string, props: ControlStackProps) {
    const { cluster, network, controlBucket, ofCluster, root } = props;
    super(scope, id, stackProps(cluster, 'control'));
    tagShard(this, cluster);
    const functions = controlFunctions(this, {
      cluster,
      controlBucket,
      root,
      ofCluster: ofCluster && {
        routes: routesOf(ofCluster.query),
        pointer: this.configPointer(cluster, ofCluster.bundle),
        authority: authorityKey(this, 'Authority'),
      },
      groups: network.traffic,
      vpc: network.vpc,
      vpcSubnets: network.subnets,
      securityGroup: network.traffic.functions,
      givenUp: givenUpCalls(this, 'GivenUp', cluster),
    });
    const [relay, silence] = [functions.get('relay'), functions.get('silence')];
    if (relay !== undefined && silence !== undefined) operatorPolicy(this, { cluster, controlBucket, relay, silence });
    this.topic = props.topic ?? alarmTopic(this, 'AlarmTopic', cluster.alarmEmail);
    if (relay !== undefined) smokePolicy(this, cluster, this.topic);
    // Further shards import it. Exported from the beginning, so that one more of them changes nothing here.
    if (props.topic === null) {
      this.exportValue(this.topic.topicArn);
      new CfnOutput(this, 'AlarmTopicArn', {
        value: this.topic.topicArn,
        description: 'Subscribe here to hear alarms',
      });
    }
    const alarms = new ControlAlarms(this, 'Alarms', { cluster, topic: this.topic, functions });
    controlDashboard(this, 'Dashboard', { cluster, alarms: alarms.all, functions });
  }

  /** The bundle goes into the assets bucket; a changed rule changes this pointer and nothing else. */
  private configPointer(cluster: Cluster, bundle: ConfigBundle): ConfigPointer {
    const content = `${JSON.stringify(bundle, null, 2)}\n`;
    const { asset, hash } = fileAsset(this, 'Configuration', cluster, content);
    return { version: 1, bucket: asset.s3BucketName, key: asset.s3ObjectKey, hash };
  }
}

/** null: without Thanos there is one way only. */
const routesOf = ({ queries, thanos, nodes }: QueryStack): QueryRoutes | null =>
  thanos && {
    listenerArn: queries.listenerArn,
    thanosTargetGroupArn: thanos.targetGroupArn,
    nodesTargetGroupArn: nodes.targetGroupArn,
  };
