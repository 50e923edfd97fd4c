import type { IConstruct } from 'constructs';
import type { Cluster } from '../../config/cluster';
import { acknowledgeWildcards } from '../acknowledge';
import { exportedName } from '../exported-name';
import { ANNOUNCEMENTS, KEYS, RESTORES, STORAGE } from '../../../contract/keys';

/** Where every node announces itself: one rule for all of them, so that one more changes no policy. */
const EVERY_ANNOUNCEMENT = `${ANNOUNCEMENTS}*`;

/** Objects of the control bucket that every function of the shard reads. */
export const readableKeys = ({ shard }: Cluster): string[] => [KEYS.assignment(shard), EVERY_ANNOUNCEMENT];

/** And every node. */
export const keysOfNodes = (cluster: Cluster): string[] => [
  ...readableKeys(cluster),
  KEYS.heartbeat(cluster.shard),
  KEYS.configPointer,
  KEYS.shardMap,
  KEYS.move,
];

/** Accepts that a role reads them all. */
export function acknowledgeAnnouncements(role: IConstruct, controlBucketArn: string): void {
  acknowledgeWildcards(role, 'Every node announces itself there, also those of a later deploy.', [
    `${exportedName(controlBucketArn)}/${EVERY_ANNOUNCEMENT}`,
  ]);
}

/** Likewise of what nodes say of their volumes, and of what is done about it. */
export function acknowledgeStorage(role: IConstruct, { shard }: Cluster, controlBucketArn: string): void {
  acknowledgeWildcards(
    role,
    'One object for each node, also those of a later deploy.',
    [STORAGE(shard), RESTORES(shard)].map((keys) => `${exportedName(controlBucketArn)}/${keys}`),
  );
}
