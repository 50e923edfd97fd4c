import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { DISCOVERY } from '../../../contract/discovery';
import { KEYS } from '../../../contract/keys';
import { FUNCTIONS } from '../../../contract/functions';
import { TAGS } from '../../../contract/tags';
import { sidecarName } from '../../../core/thanos/sidecar-names';
import type { Cluster } from '../../config/cluster';
import { forbiddenStatements, ownKeys } from './forbidden-statements';
import { forNodes } from './file-asset';
import { logStatement } from './node-logs';
import type { AwsNeed } from '../../config/reach/aws-needs';
import { neededStatements } from './needed-statements';
import { secretStatements } from './secret-statements';
import { keysOfNodes } from './readable-keys';

export interface NodeResources {
  readonly cluster: Cluster;
  readonly node: string;
  readonly controlBucketArn: string;
  readonly assetsBucketArn: string;
  readonly blocksBucketArn: string;
  /** What the user's configuration asks of AWS. */
  readonly needs: readonly AwsNeed[];
  /** The key of secrets' copies; null: there are no secrets. */
  readonly secretsKeyArn: string | null;
  /** The Cloud Map service in which nodes register, its namespace, and the zone that Cloud Map made for that. */
  readonly discovery: {
    readonly serviceArn: string;
    readonly namespaceArn: string;
    readonly hostedZoneId: string;
  };
}

const ATTACH = ['ec2:AttachVolume', 'ec2:DetachVolume'];

/** What a node's role allows. */
export function nodeStatements(stack: Stack, o: NodeResources): PolicyStatement[] {
  return [
    ...storeStatements(stack, o),
    ...discoveryStatements(stack, o),
    ...volumeStatements(stack, o),
    new PolicyStatement({ actions: ['cloudformation:SignalResource'], resources: [stack.stackId] }),
    ...testedVolumeStatements(stack, o),
    ...remedyStatements(stack, o),
    ...neededStatements(stack, o.needs),
    ...secretStatements(stack, o.cluster, o.secretsKeyArn),
    logStatement(stack, o.cluster, o.node),
    ...forbiddenStatements(stack, o),
  ];
}

/** Objects of the bucket from which nodes download instead of the internet. */
export function mirrored({ artifactMirror }: Cluster, partition: string): string[] {
  return artifactMirror === undefined ? [] : [`arn:${partition}:s3:::${artifactMirror}/*`];
}

/** Control, assets and blocks in S3. */
function storeStatements(
  stack: Stack,
  { cluster, node, controlBucketArn, assetsBucketArn, blocksBucketArn }: NodeResources,
): PolicyStatement[] {
  return [
    // Without ListBucket S3 answers 403 instead of 404 for an object that does not exist yet.
    new PolicyStatement({ actions: ['s3:ListBucket'], resources: [controlBucketArn, blocksBucketArn] }),
    new PolicyStatement({
      actions: ['s3:GetObject'],
      resources: [
        ...[...keysOfNodes(cluster), KEYS.certificate(cluster.shard, node)].map((key) => `${controlBucketArn}/${key}`),
        // Agents and configurations, also the next ones, and nothing else that the account deploys by the CDK.
        `${assetsBucketArn}/*${forNodes(cluster)}`,
        ...mirrored(cluster, stack.partition),
      ],
    }),
    new PolicyStatement({
      actions: ['s3:PutObject'],
      resources: ownKeys({ cluster, node }).map((key) => `${controlBucketArn}/${key}`),
    }),
    // The sidecar uploads. It deletes nothing: what it did not finish it uploads again, or the compactor removes.
    new PolicyStatement({ actions: ['s3:GetObject', 's3:PutObject'], resources: [`${blocksBucketArn}/*`] }),
  ];
}

/** The node's name in Cloud Map, for Thanos, and whom else it finds. */
function discoveryStatements(stack: Stack, { cluster, discovery }: NodeResources): PolicyStatement[] {
  const { serviceArn, namespaceArn, hostedZoneId } = discovery;
  const zone = `arn:${stack.partition}:route53:::hostedzone/${hostedZoneId}`;
  return [
    new PolicyStatement({
      actions: ['servicediscovery:RegisterInstance', 'servicediscovery:GetInstance'],
      resources: [serviceArn],
    }),
    // What became of a registration.
    new PolicyStatement({ actions: ['servicediscovery:GetOperation'], resources: [namespaceArn, serviceArn] }),
    // Cloud Map changes DNS with the caller's permissions: one name, in the zone that it made itself.
    new PolicyStatement({
      actions: ['route53:ChangeResourceRecordSets'],
      resources: [zone],
      conditions: {
        'ForAllValues:StringEquals': {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': [
            `${sidecarName(cluster.shard, cluster.replicas)}.${DISCOVERY.namespace(cluster.name)}`,
          ],
        },
      },
    }),
    new PolicyStatement({ actions: ['route53:GetHostedZone', 'route53:ListResourceRecordSets'], resources: [zone] }),
    new PolicyStatement({ actions: ['ec2:DescribeInstances'], resources: ['*'] }),
  ];
}

/** The node's own data volume. */
function volumeStatements(stack: Stack, { cluster, node }: NodeResources): PolicyStatement[] {
  return [
    new PolicyStatement({ actions: ['ec2:DescribeVolumes'], resources: ['*'] }),
    new PolicyStatement({
      actions: cluster.snapshots === true ? ATTACH : ['ec2:AttachVolume'],
      resources: [everyEc2(stack, 'volume'), everyEc2(stack, 'instance')],
      conditions: {
        StringEquals: {
          [`aws:ResourceTag/${TAGS.cluster}`]: cluster.name,
          [`aws:ResourceTag/${TAGS.node}`]: node,
        },
      },
    }),
  ];
}

/** Volumes that the node tries a snapshot with. */
function testedVolumeStatements(stack: Stack, { cluster, node }: NodeResources): PolicyStatement[] {
  if (cluster.snapshots !== true) return [];
  return [
    // Made of a snapshot that this node shall try.
    new PolicyStatement({
      actions: ATTACH,
      resources: [everyEc2(stack, 'volume')],
      conditions: {
        StringEquals: {
          [`aws:ResourceTag/${TAGS.cluster}`]: cluster.name,
          [`aws:ResourceTag/${TAGS.testedBy}`]: node,
        },
      },
    }),
  ];
}

/** Functions by which a node remedies. */
function remedyStatements(stack: Stack, { cluster }: NodeResources): PolicyStatement[] {
  if (cluster.remedies.length === 0) return [];
  const name = FUNCTIONS.reconnectRedis(cluster.name);
  return [
    new PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [`arn:${stack.partition}:lambda:${stack.region}:${stack.account}:function:${name}`],
    }),
  ];
}

function everyEc2(stack: Stack, resource: 'instance' | 'volume'): string {
  return `arn:${stack.partition}:ec2:${stack.region}:${stack.account}:${resource}/*`;
}
