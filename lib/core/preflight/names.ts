import { ifAnswered, stop, warn, well, type AwsAnswer, type PreflightFinding } from './findings';

/** What has a name that the deploy would give, or tags by which it would be taken for the cluster's. */
export interface NamesSeen {
  /** Stacks of the names that the deploy makes. `ours`: they say that they are such a stack. */
  readonly stacks: readonly { readonly name: string; readonly status: string; readonly ours: boolean }[];
  /** Names of other clusters of this kind in the region. */
  readonly clusters: readonly string[];
  /** Functions of such names. */
  readonly functions: readonly string[];
  /** Data volumes with the cluster's tags that are not set aside. */
  readonly volumes: readonly { readonly id: string; readonly node: string }[];
}

/** The tag that sets a volume aside (TAGS.kept), for commands. */
export interface NamesAsked {
  readonly cluster: string;
  readonly region: string;
  readonly keptTag: string;
}

/** What is in the way of a deploy, or would be mixed up with what it makes. */
export function judgeNames(asked: AwsAnswer<NamesSeen>, o: NamesAsked): PreflightFinding[] {
  const needs = 'cloudformation:DescribeStacks, lambda:GetFunctionConfiguration and ec2:DescribeVolumes';
  return [
    ...ifAnswered(asked, 'names', needs, (seen) => {
      const found = [
        ...seen.stacks.flatMap((stack) => stackProblem(stack, o.region)),
        ...leftovers(seen, o),
        ...twins(seen, o),
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
        `aws cloudformation delete-stack --region ${region} --stack-name ${name}`,
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
function secondCluster({ stacks, clusters }: NamesSeen, { cluster }: NamesAsked): PreflightFinding[] {
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
function leftovers({ stacks, functions }: NamesSeen, { cluster, region }: NamesAsked): PreflightFinding[] {
  if (stacks.some(({ name }) => name.startsWith(`${cluster}-control`))) return [];
  return functions.map((name) =>
    stop(
      `a function ${name} exists, and no stack of this cluster has it`,
      'the stack that makes one of that name would fail',
      `another name in config/cluster.ts; or, if nobody needs it: aws lambda delete-function --region ${region} --function-name ${name}`,
    ),
  );
}

/** Volumes whose stack is gone: those that a new stack makes would be their twins, and a node refuses to choose. */
function twins({ stacks, volumes }: NamesSeen, { cluster, region, keptTag }: NamesAsked): PreflightFinding[] {
  if (stacks.some(({ name }) => name.startsWith(`${cluster}-stateful`))) return [];
  return volumes.map(({ id, node }) =>
    stop(
      `${id} is a data volume of ${node}, and the stack that made it is gone`,
      'the deploy makes another one, and the node does not choose between two of one generation',
      `to keep it aside: aws ec2 create-tags --region ${region} --resources ${id} --tags Key=${keptTag},Value='before this deploy'; to go on with it, import it into the stack stateful (cdk import)`,
    ),
  );
}
