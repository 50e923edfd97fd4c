import { pascal } from './pascal';

/**
 * Logical ids of what outlives its stack. Pinned: a changed one would make an empty twin, and a stack that is made again
 * takes over what was kept (`cdk import`) by them.
 */
export const STATEFUL_IDS = {
  controlBucket: 'ControlBucket',
  blocksBucket: 'BlocksBucket',
  blocksBucketPolicy: 'BlocksBucketPolicyC97D6EC4',
  dataVolume: (shard: number, node: string): string => `DataVolumeShard${shard}${pascal(node)}`,
} as const;
