import type { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { KEYS } from '../../../contract/keys';
import { parametersOf } from './secret-statements';
import type { Cluster } from '../../config/cluster';

/** What Thanos's components do by as they find these in a block: the compactor's, and people's (thanos tools bucket mark). */
const MARKS = ['deletion-mark.json', 'no-compact-mark.json', 'no-downsample-mark.json'];

interface NodeOf {
  readonly cluster: Cluster;
  readonly node: string;
}

/** What of the control bucket a node writes. */
export const ownKeys = ({ cluster, node }: NodeOf): string[] => [
  // The assignment too: a node takes over by its own compare-and-swap when nobody else can.
  KEYS.assignment(cluster.shard),
  KEYS.announcement(cluster.shard, node),
  KEYS.certificateRequest(cluster.shard, node),
  ...(cluster.snapshots === true ? [KEYS.storage(cluster.shard, node)] : []),
];

/**
 * What a node never does, whatever else it is allowed to: by a policy that somebody attaches, and by AWS's own of the SSM agent.
 * Whoever owns a node thus neither has blocks deleted, nor speaks for another node or shard, nor reads the account's parameters.
 */
export function forbiddenStatements(
  stack: Stack,
  resources: NodeOf & { readonly controlBucketArn: string; readonly blocksBucketArn: string },
): PolicyStatement[] {
  const { controlBucketArn, blocksBucketArn, cluster } = resources;
  const deny = (actions: string[], on: { resources: string[] } | { notResources: string[] }): PolicyStatement =>
    new PolicyStatement({ effect: Effect.DENY, actions, ...on });
  const parameters = parametersOf(stack, cluster);
  return [
    deny(['s3:DeleteObject', 's3:DeleteObjectVersion'], {
      resources: [`${controlBucketArn}/*`, `${blocksBucketArn}/*`],
    }),
    deny(['s3:PutObject'], { resources: MARKS.map((mark) => `${blocksBucketArn}/*/${mark}`) }),
    deny(['s3:PutObject'], {
      notResources: [...ownKeys(resources).map((key) => `${controlBucketArn}/${key}`), `${blocksBucketArn}/*`],
    }),
    // AWS's policy of the SSM agent would let a node read every parameter of the account.
    deny(
      ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath', 'ssm:GetParameterHistory'],
      parameters.length === 0 ? { resources: ['*'] } : { notResources: parameters },
    ),
  ];
}
