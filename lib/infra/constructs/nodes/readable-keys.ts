import type { IConstruct } from 'constructs';
import type { Cluster } from '../../config/cluster';
import { acknowledgeWildcards } from '../acknowledge';
import { ANNOUNCEMENTS, KEYS, RESTORES, STORAGE } from '../../../contract/keys';

/** Where every node announces itself: one rule for all of them, so that one more changes no policy. */
const EVERY_ANNOUNCEMENT = `${ANNOUNCEMENTS}*`;

/** Objects of the control bucket that every node and function of the shard reads. */
export function readableKeys({ shard }: Cluster): string[] {
  return [KEYS.assignment(shard), KEYS.heartbeat(shard), KEYS.configPointer, KEYS.layout, EVERY_ANNOUNCEMENT];
}

/** Accepts that a role reads them all; the name is that of the export, whose hash hangs on the ids. */
export function acknowledgeAnnouncements(role: IConstruct, cluster: Cluster): void {
  acknowledgeWildcards(role, 'Every node announces itself there, also those of a later deploy.', [
    `${cluster.name}-stateful:ExportsOutputFnGetAttControlBucketArn29A52626/${EVERY_ANNOUNCEMENT}`,
  ]);
}

/** Likewise of what nodes say of their volumes, and of what is done about it. */
export function acknowledgeStorage(role: IConstruct, cluster: Cluster): void {
  const bucket = `${cluster.name}-stateful:ExportsOutputFnGetAttControlBucketArn29A52626`;
  acknowledgeWildcards(
    role,
    'One object for each node, also those of a later deploy.',
    [STORAGE(cluster.shard), RESTORES(cluster.shard)].map((keys) => `${bucket}/${keys}`),
  );
}
