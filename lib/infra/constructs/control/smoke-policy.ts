import { CfnOutput, type Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { OUTPUTS } from '../../../contract/outputs';
import { TAGS } from '../../../contract/tags';
import { queryService, smokeAlarm } from '../../../core/smoke/plan';
import type { Cluster } from '../../config/cluster';
import { acknowledgeWildcards } from '../acknowledge';
import { partitionOf } from '../partition';

/**
 * What `promha smoke` needs beside the operator's policy. Nobody has it by himself: it is attached where a sandbox is tried,
 * and left alone elsewhere.
 */
export function smokePolicy(stack: Stack, cluster: Cluster, topic: ITopic): ManagedPolicy {
  const { region, account, partition } = stack;
  const own = (service: string, what: string): string => `arn:${partition}:${service}:${region}:${account}:${what}`;
  const allow = (actions: string[], resources: string[], conditions?: Record<string, object>): PolicyStatement =>
    new PolicyStatement({ actions, resources, ...(conditions && { conditions }) });
  const volumes = own('ec2', 'volume/*');
  const snapshots = `arn:${partition}:ec2:${region}::snapshot/*`;
  const ours = (where: string) => ({ StringEquals: { [`aws:${where}/${TAGS.cluster}`]: cluster.name } });
  const made = (where: string) => ({ ...ours(where), Null: { [`aws:${where}/${TAGS.testOf}`]: 'false' } });
  const policy = new ManagedPolicy(stack, 'SmokePolicy', {
    description: 'What promha smoke needs beside the policy of operators',
    statements: [
      allow(['cloudwatch:SetAlarmState'], [own('cloudwatch', `alarm:${smokeAlarm(cluster.name)}`)]),
      // Also when they are asked for by name, AWS looks whether all may be described.
      allow(['cloudwatch:DescribeAlarms', 'cloudwatch:DescribeAlarmHistory'], [own('cloudwatch', 'alarm:*')]),
      allow(['cloudwatch:GetMetricStatistics'], ['*']),
      allow(['sns:ListSubscriptionsByTopic'], [topic.topicArn]),
      // Volumes to try a snapshot with, and taking these back; never another one.
      ...(cluster.snapshots
        ? [
            allow(['ec2:CreateVolume'], [volumes], made('RequestTag')),
            allow(['ec2:CreateVolume'], [snapshots], ours('ResourceTag')),
            allow(['ec2:CreateTags'], [volumes], { StringEquals: { 'ec2:CreateAction': 'CreateVolume' } }),
            allow(['ec2:DeleteVolume'], [volumes], made('ResourceTag')),
          ]
        : []),
      ...(cluster.thanos === null
        ? []
        : [
            allow(['elasticloadbalancing:DescribeLoadBalancers'], ['*']),
            allow(
              ['ecs:DescribeServices', 'ecs:UpdateService'],
              [own('ecs', `service/${cluster.name}/${queryService(cluster.name)}`)],
            ),
          ]),
    ],
  });
  const arn = `arn:${partitionOf(cluster.region)}`;
  const place = `${cluster.region}:${cluster.account ?? '<AWS::AccountId>'}`;
  acknowledgeWildcards(
    policy,
    'Limited by condition to what carries the tags of this cluster; what is described has no narrower name.',
    [
      '*',
      `${arn}:cloudwatch:${place}:alarm:*`,
      `${arn}:ec2:${place}:volume/*`,
      `${arn}:ec2:${cluster.region}::snapshot/*`,
    ],
  );
  new CfnOutput(stack, OUTPUTS.smokePolicy, {
    value: policy.managedPolicyArn,
    description: 'Attach it, in a sandbox, to whoever runs promha smoke',
  });
  return policy;
}
