import { ifAnswered, stop, warn, well, type AwsAnswer, type PreflightFinding } from './findings';
import { leftBehind, type KeptByStack, type ClusterAsked } from './left-behind';

/** What has a name that the deploy would give, or tags by which it would be taken for the cluster's. */
export interface NamesSeen extends KeptByStack {
  /** Stacks of the names that the deploy makes. `ours`: they say that they are such a stack. */
  readonly stacks: readonly { readonly name: string; readonly status: string; readonly ours: boolean }[];
  /** Names of other clusters of this kind in the region. */
  readonly clusters: readonly string[];
  /** Functions of such names. */
  readonly functions: readonly string[];
}

/** What is in the way of a deploy, or would be mixed up with what it makes. */
export function judgeNames(asked: AwsAnswer<NamesSeen>, o: ClusterAsked): PreflightFinding[] {
  const needs =
    'cloudformation:DescribeStacks, lambda:GetFunctionConfiguration, ec2:DescribeVolumes and s3:ListAllMyBuckets';
  return [
    ...ifAnswered(asked, 'names', needs, (seen) => {
      const found = [
        ...seen.stacks.flatMap((stack) => stackProblem(stack, o.region)),
        ...leftovers(seen, o),
        ...leftBehind(
          seen,
          seen.stacks.map(({ name }) => name),
          o,
        ),
        ...secondCluster(seen, o),
      ];
      if (found.length > 0) return found;
      const is = seen.stacks.length === 0 ? 'no stack has its names yet' : `${seen.stacks.length} stacks are its own`;
      return [well(`cluster ${o.cluster}: ${is}`)];
    }),
  ];
}

function stackProblem({ name, status, ours }: NamesSeen['stacks'][number], region: string): PreflightFinding[] {
  if (!ours) {
    return [
      stop(
        `the stack ${name} is somebody else's`,
        'the deploy would change it into one of this cluster',
        'take another name in config/cluster.ts: before the first deploy that costs nothing',
      ),
    ];
  }
  if (['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED', 'DELETE_FAILED'].includes(status)) {
    return [
      stop(
        `the stack ${name} is ${status}`,
        'a create or a delete of it failed, and CloudFormation updates no such stack',
        // Protected from its first moment on, or the CDK would do it.
        (name.includes('-stateful')
          ? `aws cloudformation update-termination-protection --no-enable-termination-protection --region ${region} --stack-name ${name} && `
          : '') + `aws cloudformation delete-stack --region ${region} --stack-name ${name}`,
      ),
    ];
  }
  if (status === 'UPDATE_ROLLBACK_FAILED') {
    return [
      stop(
        `the stack ${name} is ${status}`,
        'CloudFormation updates no such stack',
        `aws cloudformation continue-update-rollback --region ${region} --stack-name ${name}`,
      ),
    ];
  }
  return status.endsWith('_IN_PROGRESS')
    ? [warn(`the stack ${name} is ${status}`, 'a deploy would wait or fail', 'wait until it has ended')]
    : [];
}

/** Of a cluster that was renamed nothing is found under its new name: the deploy would make another one beside it. */
function secondCluster({ stacks, clusters }: NamesSeen, { cluster }: ClusterAsked): PreflightFinding[] {
  if (stacks.length > 0) return [];
  return clusters.map((other) =>
    warn(
      `the cluster ${other} is there, and ${cluster} would be a second one beside it`,
      'a cluster cannot be renamed: new volumes and buckets would be empty, and the first one goes on alerting and billing',
      `if it is meant to be the same: name: '${other}' in config/cluster.ts`,
    ),
  );
}

/** Functions whose stack is gone: the next one could not make its own. */
function leftovers({ stacks, functions }: NamesSeen, { cluster, region }: ClusterAsked): PreflightFinding[] {
  if (stacks.some(({ name }) => name.startsWith(`${cluster}-control`))) return [];
  return functions.map((name) =>
    stop(
      `a function ${name} exists, and no stack of this cluster has it`,
      'the stack that makes one of that name would fail',
      `another name in config/cluster.ts; or, if nobody needs it: aws lambda delete-function --region ${region} --function-name ${name}`,
    ),
  );
}
