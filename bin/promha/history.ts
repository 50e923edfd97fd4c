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

/** A change, and of which shard; absent where there is one only. */
export type Change = Assignment & { readonly shard?: number };

/** Of several shards, newest first. @throws Unreachable when the bucket cannot be read */
export async function readHistories(handles: readonly ClusterHandle[], s3: S3Client, limit: number): Promise<Change[]> {
  const [only] = handles;
  if (handles.length === 1) return readHistory(only!, s3, limit);
  const all = await Promise.all(
    handles.map(async (handle) => (await readHistory(handle, s3, limit)).map((a) => ({ shard: handle.shard, ...a }))),
  );
  return all
    .flat()
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .slice(0, limit);
}

export function renderHistory(changes: readonly Change[]): string {
  return (
    changes
      .map(
        (a) =>
          `${a.at}  ${a.shard === undefined ? '' : `shard ${a.shard}  `}epoch ${String(a.epoch).padStart(4)}  ${a.active}  by ${a.by}: ${a.reason}`,
      )
      .join('\n') + '\n'
  );
}
