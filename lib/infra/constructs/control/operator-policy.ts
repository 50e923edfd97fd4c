import { CfnOutput, type Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Cluster } from '../../config/cluster';
import { FUNCTIONS } from '../../../contract/functions';
import { KEYS } from '../../../contract/keys';
import { OUTPUTS } from '../../../contract/outputs';
import { TAGS } from '../../../contract/tags';
import { acknowledgeWildcards } from '../acknowledge';
import { exportedName } from '../exported-name';
import { partitionOf } from '../partition';

export interface OperatorPolicyProps {
  readonly cluster: Cluster;
  readonly controlBucket: Bucket;
  readonly relay: IFunction;
  readonly silence: IFunction;
}

/** What `promha` needs, from anywhere, to be attached to whoever operates the cluster. */
export function operatorPolicy(
  stack: Stack,
  { cluster, controlBucket, relay, silence }: OperatorPolicyProps,
): ManagedPolicy {
  const { region, account, partition } = stack;
  const own = (service: string, what: string): string => `arn:${partition}:${service}:${region}:${account}:${what}`;
  const allow = (actions: string[], resources: string[], conditions?: Record<string, object>): PolicyStatement =>
    new PolicyStatement({ actions, resources, ...(conditions && { conditions }) });
  const ofCluster = { StringEquals: { [`aws:ResourceTag/${TAGS.cluster}`]: cluster.name } };
  const healthChecks = `function:${FUNCTIONS.healthCheck(cluster.name, 0)}*`;
  const assignments = KEYS.assignment(0).replace('/0/', '/*/');
  const policy = new ManagedPolicy(stack, 'OperatorPolicy', {
    description: 'What promha needs: looks at the cluster, moves alerting, drills',
    statements: [
      allow(['cloudformation:DescribeStacks'], [own('cloudformation', `stack/${cluster.name}-stateful/*`)]),
      allow(['s3:ListBucket', 's3:ListBucketVersions'], [controlBucket.bucketArn]),
      allow(['s3:GetObject', 's3:GetObjectVersion'], [controlBucket.arnForObjects('*')]),
      allow(
        ['s3:PutObject'],
        [assignments, KEYS.move].map((key) => controlBucket.arnForObjects(key)),
      ),
      allow(['lambda:InvokeFunction'], [relay.functionArn, silence.functionArn]),
      allow(['lambda:GetFunctionConfiguration'], [own('lambda', healthChecks)]),
      // Describing knows no narrower resource.
      allow(
        [
          'ec2:DescribeSnapshots',
          'ec2:DescribeVolumes',
          'elasticloadbalancing:DescribeListeners',
          'elasticloadbalancing:DescribeTags',
          'elasticloadbalancing:DescribeTargetGroups',
          'elasticloadbalancing:DescribeTargetHealth',
        ],
        ['*'],
      ),
      // Drills: on nodes of this cluster only.
      allow(['ssm:SendCommand'], [`arn:${partition}:ssm:${region}::document/AWS-RunShellScript`]),
      allow(['ssm:SendCommand', 'ec2:TerminateInstances'], [own('ec2', 'instance/*')], ofCluster),
    ],
  });
  const bucket = exportedName(controlBucket.bucketArn);
  const named = `arn:${partitionOf(cluster.region)}`;
  const place = `${cluster.region}:${cluster.account ?? '<AWS::AccountId>'}`;
  acknowledgeWildcards(
    policy,
    'Objects, functions and nodes of this cluster; what is described has no narrower name.',
    [
      '*',
      `${bucket}/*`,
      `${bucket}/${assignments}`,
      `${named}:cloudformation:${place}:stack/${cluster.name}-stateful/*`,
      `${named}:lambda:${place}:${healthChecks}`,
      `${named}:ec2:${place}:instance/*`,
    ],
  );
  new CfnOutput(stack, OUTPUTS.operatorPolicy, {
    value: policy.managedPolicyArn,
    description: 'Attach it to whoever uses promha',
  });
  return policy;
}
