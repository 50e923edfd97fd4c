import { ManagedPolicy, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Cluster } from '../../config/cluster';
import { DISCOVERY } from '../../../contract/discovery';
import { FUNCTIONS } from '../../../contract/functions';
import { KEYS } from '../../../contract/keys';
import { TAGS } from '../../../contract/tags';
import { sidecarName } from '../../../core/thanos/sidecar-names';
import { partitionOf } from '../partition';
import { acknowledge, acknowledgeWildcards } from '../acknowledge';
import { acknowledgeBlocks } from '../thanos/blocks-bucket';
import { acknowledgeAnnouncements, readableKeys } from './readable-keys';

export interface NodeRoleProps {
  readonly cluster: Cluster;
  readonly node: string;
  readonly controlBucketArn: string;
  readonly assetsBucketArn: string;
  readonly blocksBucketArn: string;
  /** The Cloud Map service in which nodes register. */
  readonly discoveryServiceArn: string;
}

const ATTACH = ['ec2:AttachVolume', 'ec2:DetachVolume'];

/** What one node may do, and no other node's share of it. */
export function nodeRole(scope: Construct, id: string, props: NodeRoleProps): Role {
  const { cluster, node, controlBucketArn, assetsBucketArn, blocksBucketArn } = props;
  const { shard } = cluster;
  const snapshots = cluster.snapshots === true;
  const stack = Stack.of(scope);
  const ec2 = (resource: string): string => `arn:${stack.partition}:ec2:${stack.region}:${stack.account}:${resource}/*`;
  const mirror =
    cluster.artifactMirror === undefined ? [] : [`arn:${stack.partition}:s3:::${cluster.artifactMirror}/*`];
  const own = {
    [`aws:ResourceTag/${TAGS.cluster}`]: cluster.name,
    [`aws:ResourceTag/${TAGS.node}`]: node,
  };
  const statements = [
    // Without ListBucket S3 answers 403 instead of 404 for an object that does not exist yet.
    new PolicyStatement({ actions: ['s3:ListBucket'], resources: [controlBucketArn, blocksBucketArn] }),
    new PolicyStatement({
      actions: ['s3:GetObject'],
      resources: [
        ...readableKeys(cluster).map((key) => `${controlBucketArn}/${key}`),
        // Configuration bundles are named by their content; the next one's name is not known yet.
        `${assetsBucketArn}/*`,
        ...mirror,
      ],
    }),
    // The assignment too: a node takes over by its own compare-and-swap when nobody else can.
    new PolicyStatement({
      actions: ['s3:PutObject'],
      resources: [
        `${controlBucketArn}/${KEYS.assignment(shard)}`,
        `${controlBucketArn}/${KEYS.announcement(shard, node)}`,
        ...(snapshots ? [`${controlBucketArn}/${KEYS.storage(shard, node)}`] : []),
      ],
    }),
    // The sidecar uploads. It deletes nothing: what it did not finish it uploads again, or the compactor removes.
    new PolicyStatement({ actions: ['s3:GetObject', 's3:PutObject'], resources: [`${blocksBucketArn}/*`] }),
    new PolicyStatement({ actions: ['servicediscovery:RegisterInstance'], resources: [props.discoveryServiceArn] }),
    // Cloud Map changes DNS with the caller's permissions: one name, in whatever zone Cloud Map made for it.
    new PolicyStatement({
      actions: ['route53:ChangeResourceRecordSets'],
      resources: ['*'],
      conditions: {
        'ForAllValues:StringEquals': {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': [
            `${sidecarName(shard, cluster.replicas)}.${DISCOVERY.namespace(cluster.name)}`,
          ],
        },
      },
    }),
    new PolicyStatement({
      actions: ['route53:GetHostedZone', 'route53:ListResourceRecordSets', 'ec2:DescribeInstances'],
      resources: ['*'],
    }),
    new PolicyStatement({ actions: ['ec2:DescribeVolumes'], resources: ['*'] }),
    new PolicyStatement({
      actions: snapshots ? ATTACH : ['ec2:AttachVolume'],
      resources: [ec2('volume'), ec2('instance')],
      conditions: { StringEquals: own },
    }),
    new PolicyStatement({ actions: ['cloudformation:SignalResource'], resources: [stack.stackId] }),
  ];
  if (snapshots) {
    statements.push(
      // Made of a snapshot that this node shall try.
      new PolicyStatement({
        actions: ATTACH,
        resources: [ec2('volume')],
        conditions: {
          StringEquals: {
            [`aws:ResourceTag/${TAGS.cluster}`]: cluster.name,
            [`aws:ResourceTag/${TAGS.testedBy}`]: node,
          },
        },
      }),
    );
  }
  if (cluster.remedies.length > 0) {
    const name = FUNCTIONS.reconnectRedis(cluster.name);
    statements.push(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [`arn:${stack.partition}:lambda:${stack.region}:${stack.account}:function:${name}`],
      }),
    );
  }
  const role = new Role(scope, id, {
    description: `Prometheus node ${node}`,
    assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMManagedInstanceCore')],
    inlinePolicies: { node: new PolicyDocument({ statements }) },
  });
  acknowledge(
    role,
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonSSMManagedInstanceCore]',
    'Session Manager instead of SSH: the policy that AWS maintains for its agent.',
  );
  const account = cluster.account ?? '<AWS::AccountId>';
  const partition = partitionOf(cluster.region);
  acknowledgeWildcards(role, 'DescribeVolumes and what Cloud Map does in a node’s name know no narrower resource.', [
    '*',
  ]);
  acknowledgeWildcards(
    role,
    "Limited by condition to what carries the node's own tags.",
    ['instance/*', 'volume/*'].map((name) => `arn:${partition}:ec2:${cluster.region}:${account}:${name}`),
  );
  acknowledgeWildcards(role, 'Assets are named by their content; the next name is not known yet.', [
    `arn:${partition}:s3:::cdk-hnb659fds-assets-${account}-${cluster.region}/*`,
    ...mirror,
  ]);
  acknowledgeBlocks(role, blocksBucketArn);
  acknowledgeAnnouncements(role, controlBucketArn);
  return role;
}
