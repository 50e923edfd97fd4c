import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { ControlStore } from '../../shell/assignment/store';
import type { NodeAnnouncement } from '../../contract/documents/announcement';
import { KEYS } from '../../contract/keys';
import type { ClusterHandle } from './cluster';

/** Every node that ever announced itself, by name in order. @throws when the control bucket cannot be read */
export async function readAnnouncements(
  { controlBucket, shard }: ClusterHandle,
  s3: S3Client,
  store: Pick<ControlStore, 'readAnnouncement'>,
): Promise<ReadonlyMap<string, NodeAnnouncement>> {
  const prefix = KEYS.announcement(shard, '').replace(/\.json$/, '');
  const listed = await s3.send(new ListObjectsV2Command({ Bucket: controlBucket, Prefix: prefix }));
  const nodes = (listed.Contents ?? []).map((o) => o.Key!.slice(prefix.length).replace(/\.json$/, '')).sort();
  const found = await Promise.all(nodes.map(async (node) => [node, await store.readAnnouncement(node)] as const));
  return new Map(found.filter((entry): entry is [string, NodeAnnouncement] => entry[1] !== null));
}
