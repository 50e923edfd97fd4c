import { GetObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { parseAssignment, type Assignment } from '../../lib/core/assignment';
import { KEYS } from '../../lib/core/names';
import type { ClusterHandle } from './cluster';

/** Every change of the assignment, newest first, from the object's versions. */
export async function readHistory(handle: ClusterHandle, s3: S3Client, limit: number): Promise<Assignment[]> {
  const Key = KEYS.assignment(handle.shard);
  const listed = await s3.send(
    new ListObjectVersionsCommand({ Bucket: handle.controlBucket, Prefix: Key, MaxKeys: limit }),
  );
  const versions = (listed.Versions ?? []).filter((v) => v.Key === Key).slice(0, limit);
  return Promise.all(
    versions.map(async ({ VersionId }) => {
      const object = await s3.send(new GetObjectCommand({ Bucket: handle.controlBucket, Key, VersionId }));
      return parseAssignment(
        await object.Body!.transformToString(),
        `s3://${handle.controlBucket}/${Key}?versionId=${VersionId}`,
      );
    }),
  );
}

export function renderHistory(changes: readonly Assignment[]): string {
  return (
    changes
      .map((a) => `${a.at}  epoch ${String(a.epoch).padStart(4)}  ${a.active}  by ${a.by}: ${a.reason}`)
      .join('\n') + '\n'
  );
}
