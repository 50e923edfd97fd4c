import { Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcards } from '../acknowledge';
import { partitionOf } from '../partition';
import { acknowledgeBlocks } from '../thanos/blocks-bucket';
import { streamsOf } from './node-logs';
import { mirrored, nodeStatements, type NodeResources } from './node-statements';
import { forNodes } from './file-asset';
import { acknowledgeAnnouncements } from './readable-keys';

/** What one node may do, and no other node's share of it. */
export function nodeRole(scope: Construct, id: string, props: NodeResources): Role {
  const { node, controlBucketArn, blocksBucketArn } = props;
  const role = new Role(scope, id, {
    description: `Prometheus node ${node}`,
    assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMManagedInstanceCore')],
    inlinePolicies: { node: new PolicyDocument({ statements: nodeStatements(Stack.of(scope), props) }) },
  });
  acknowledgeNode(role, props);
  acknowledgeNeeds(role, props);
  acknowledgeBlocks(role, blocksBucketArn);
  acknowledgeAnnouncements(role, controlBucketArn);
  return role;
}

/** Of topics that a template of the user's names. */
function acknowledgeNeeds(role: Role, { needs }: NodeResources): void {
  const patterns = needs.flatMap(({ resources }) => resources ?? []).filter((arn) => arn.includes('*'));
  acknowledgeWildcards(role, 'A template of alertmanager.yml makes the rest of it.', [...new Set(patterns)]);
}

/** Accepts what cdk-nag says of the managed policy and of the wildcards. */
function acknowledgeNode(role: Role, { cluster, node }: NodeResources): void {
  acknowledge(
    role,
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonSSMManagedInstanceCore]',
    'Session Manager instead of SSH: the policy that AWS maintains for its agent.',
  );
  const account = cluster.account ?? '<AWS::AccountId>';
  const partition = partitionOf(cluster.region);
  acknowledgeWildcards(role, 'Describing calls and those for several secrets at once know no narrower resource.', [
    '*',
  ]);
  acknowledgeWildcards(
    role,
    "Limited by condition to what carries the node's own tags.",
    ['instance/*', 'volume/*'].map((name) => `arn:${partition}:ec2:${cluster.region}:${account}:${name}`),
  );
  acknowledgeWildcards(role, "Its own streams of the nodes' log group: one for each program of each of its machines.", [
    streamsOf({ partition, region: cluster.region, account }, cluster, node),
  ]);
  acknowledgeWildcards(role, 'Assets are named by their content; the next name is not known yet.', [
    `arn:${partition}:s3:::cdk-hnb659fds-assets-${account}-${cluster.region}/*${forNodes(cluster)}`,
    ...mirrored(cluster, Stack.of(role).partition),
  ]);
}
