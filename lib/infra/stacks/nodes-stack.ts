import { Stack } from 'aws-cdk-lib';
import type { INetworkTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { releaseArtifact } from '../config/artifacts';
import type { Cluster } from '../config/cluster';
import { prometheusFlags } from '../config/prometheus-flags';
import type { AwsNeed } from '../config/reach/aws-needs';
import { bundle } from '../constructs/control/bundle';
import { fileAsset } from '../constructs/nodes/file-asset';
import { NodeGroup } from '../constructs/nodes/node-group';
import { collectedLogs, nodeLogGroup } from '../constructs/nodes/node-logs';
import { nodeRole } from '../constructs/nodes/node-role';
import { secretsKey } from '../constructs/nodes/secrets-key';
import { pascal } from '../../contract/pascal';
import { userData } from '../constructs/nodes/user-data';
import type { NodeConfig } from '../../contract/documents/node-config';
import { PEER_TIMEOUT_MS } from '../../core/alerts/owed';
import type { NetworkStack } from './network-stack';
import { stackProps, tagShard } from './scope';

export interface NodesStackProps {
  readonly cluster: Cluster;
  /** What the user's configuration asks of AWS. */
  readonly needs: readonly AwsNeed[];
  readonly network: NetworkStack;
  readonly controlBucket: Bucket;
  readonly blocksBucket: Bucket;
  /** Of whom the load balancer sends queries to; null: to none of these. */
  readonly targetGroup: INetworkTargetGroup | null;
  readonly agentEntry: string;
  readonly root: string;
}

/** Loaded once per boot, so less strict than a function's; it still travels to every new machine. */
const MAX_AGENT_BYTES = 2_400_000;

/** The machines. Everything in here can be replaced at any time, one node after the other. */
export class NodesStack extends Stack {
  constructor(scope: Construct, id: string, props: NodesStackProps) {
    const { cluster, network, controlBucket, blocksBucket } = props;
    super(scope, id, stackProps(cluster, 'nodes'));
    tagShard(this, cluster);
    const { asset: agent, hash: sha256 } = fileAsset(
      this,
      'Agent',
      cluster,
      bundle(props.agentEntry, props.root, MAX_AGENT_BYTES),
    );
    const key = secretsKey(this, 'Secrets', cluster);
    const logs = nodeLogGroup(this, 'NodeLogs', cluster);
    let previous: NodeGroup | undefined;
    for (const node of cluster.nodes) {
      const logicalId = `GroupShard${cluster.shard}${pascal(node.name)}`;
      const role = nodeRole(this, `Role-${cluster.shard}-${node.name}`, {
        cluster,
        node: node.name,
        controlBucketArn: controlBucket.bucketArn,
        assetsBucketArn: agent.bucket.bucketArn,
        blocksBucketArn: blocksBucket.bucketArn,
        needs: props.needs,
        secretsKeyArn: key && key.keyArn,
        discovery: {
          serviceArn: network.sidecarsOf(cluster).serviceArn,
          namespaceArn: network.namespace.namespaceArn,
          hostedZoneId: network.namespace.namespaceHostedZoneId,
        },
      });
      const group = new NodeGroup(this, `Node-${cluster.shard}-${node.name}`, {
        cluster,
        node,
        vpc: network.vpc,
        subnets: network.vpc.selectSubnets(network.subnets).subnets.filter((s) => s.availabilityZone === node.zone),
        securityGroup: network.traffic.nodes,
        role,
        userData: userData(
          nodeConfig(cluster, node.name, props),
          {
            agent: { bucket: agent.s3BucketName, key: agent.s3ObjectKey, sha256 },
            signal: { stack: this.stackName, resource: logicalId },
          },
          collectedLogs(cluster, node.name),
        ),
        logicalId,
        targetGroup: props.targetGroup,
      });
      group.node.addDependency(logs);
      // One node after the other: a deploy never takes both down.
      if (previous !== undefined) group.node.addDependency(previous);
      previous = group;
    }
  }
}

function nodeConfig(
  cluster: Cluster,
  node: string,
  { controlBucket, blocksBucket, network }: NodesStackProps,
): NodeConfig {
  const flags = prometheusFlags(cluster);
  return {
    version: 1,
    cluster: cluster.name,
    shard: cluster.shard,
    node,
    region: cluster.region,
    controlBucket: controlBucket.bucketName,
    policy: cluster.policy,
    prometheus: {
      artifact: releaseArtifact('prometheus', cluster.artifacts.prometheus),
      retentionTime: cluster.retention,
      walSegmentSize: cluster.walSegmentSize,
      resendDelay: cluster.resendDelay,
      ...(flags.length === 0 ? {} : { flags }),
    },
    alertmanager: {
      artifact: releaseArtifact('alertmanager', cluster.artifacts.alertmanager),
      peerTimeout: `${PEER_TIMEOUT_MS}ms`,
    },
    thanos: cluster.thanos && {
      image: cluster.thanos.image,
      bucket: blocksBucket.bucketName,
      discoveryServiceId: network.sidecarsOf(cluster).serviceId,
      blockDuration: cluster.thanos.blockDuration,
    },
    artifactMirror: cluster.artifactMirror ?? null,
    ...(cluster.snapshots === true ? { snapshots: true as const } : {}),
  };
}
