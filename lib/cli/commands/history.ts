import { GetObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { parseAssignment, type Assignment } from '../../contract/assignment';
import { KEYS } from '../../contract/names';
import type { ClusterHandle } from '../cluster/cluster';

/** S3 lists no more at once. */
const PAGE = 1_000;

/**
 * Every change of the assignment, newest first, from the object's versions. One that cannot be read is told on stderr and
 * passed over: who looks for the version to put back needs the others.
 */
export async function readHistory(
  handle: ClusterHandle,
  s3: S3Client,
  limit: number,
  page = PAGE,
): Promise<Assignment[]> {
  const Key = KEYS.assignment(handle.shard);
  const ids: string[] = [];
  for (let more = true, after = {}; more && ids.length < limit;) {
    const MaxKeys = Math.min(limit - ids.length, page);
    const listed = await s3.send(
      new ListObjectVersionsCommand({ Bucket: handle.controlBucket, Prefix: Key, MaxKeys, ...after }),
    );
    ids.push(...(listed.Versions ?? []).filter((v) => v.Key === Key).map((v) => v.VersionId!));
    after = { KeyMarker: listed.NextKeyMarker, VersionIdMarker: listed.NextVersionIdMarker };
    more = listed.IsTruncated === true;
  }
  const found = await Promise.all(
    ids.map(async (VersionId) => {
      const object = await s3.send(new GetObjectCommand({ Bucket: handle.controlBucket, Key, VersionId }));
      const text = await object.Body!.transformToString();
      try {
        return [parseAssignment(text, `s3://${handle.controlBucket}/${Key}?versionId=${VersionId}`)];
      } catch (error) {
        process.stderr.write(`promha: ${(error as Error).message}\n`);
        return [];
      }
    }),
  );
  return found.flat();
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
  if (changes.length === 0) return 'No change yet: nobody was ever assigned. `promha status` says what is missing.\n';
  return (
    changes
      .map(
        (a) =>
          `${a.at}  ${a.shard === undefined ? '' : `shard ${a.shard}  `}epoch ${String(a.epoch).padStart(4)}  ${a.active}  by ${a.by}: ${a.reason}`,
      )
      .join('\n') + '\n'
  );
}
