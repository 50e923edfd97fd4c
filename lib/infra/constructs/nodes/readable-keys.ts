import type { IConstruct } from 'constructs';
import type { Cluster } from '../../config/cluster';
import { acknowledgeWildcards } from '../acknowledge';
import { exportedName } from '../exported-name';
import { ANNOUNCEMENTS, KEYS, RESTORES, STORAGE } from '../../../contract/keys';

/** Where every node announces itself: one rule for all of them, so that one more changes no policy. */
export const EVERY_ANNOUNCEMENT = `${ANNOUNCEMENTS}*`;

/** What nodes ask for, and are given. */
export const EVERY_REQUEST = 'trust/requests/*';
export const EVERY_CERTIFICATE = 'trust/certificates/*';

/** Objects of the control bucket that every function of the shard reads. */
export const readableKeys = ({ shard }: Cluster): string[] => [KEYS.assignment(shard), EVERY_ANNOUNCEMENT];

/** And every node. */
export const keysOfNodes = (cluster: Cluster): string[] => [
  ...readableKeys(cluster),
  KEYS.heartbeat(cluster.shard),
  KEYS.configPointer,
  KEYS.shardMap,
  KEYS.move,
  KEYS.trust,
];

/** Accepts that a role reads them all. */
export function acknowledgeAnnouncements(role: IConstruct, controlBucketArn: string): void {
  acknowledgeWildcards(role, 'Every node announces itself there, also those of a later deploy.', [
    `${exportedName(controlBucketArn)}/${EVERY_ANNOUNCEMENT}`,
  ]);
}

/** Likewise of certificates. */
export function acknowledgeCertificates(role: IConstruct, controlBucketArn: string): void {
  acknowledgeWildcards(
    role,
    'Certificates of every node, also those of a later deploy.',
    [EVERY_REQUEST, EVERY_CERTIFICATE].map((keys) => `${exportedName(controlBucketArn)}/${keys}`),
  );
}

/** Likewise of what nodes say of their volumes, and of what is done about it. */
export function acknowledgeStorage(role: IConstruct, { shard }: Cluster, controlBucketArn: string): void {
  acknowledgeWildcards(
    role,
    'One object for each node, also those of a later deploy.',
    [STORAGE(shard), RESTORES(shard)].map((keys) => `${exportedName(controlBucketArn)}/${keys}`),
  );
}
