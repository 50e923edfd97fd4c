import { GetObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { ASSIGNMENT, type Assignment } from '../../contract/documents/assignment';
import { KEYS } from '../../contract/keys';

/** S3 lists no more at once. */
const PAGE = 1_000;

/**
 * Every change of the assignment, newest first, from the object's versions. One that cannot be read is named on stderr and
 * passed over: who looks for the version to put back needs the others.
 */
export async function readHistory(
  where: { readonly controlBucket: string; readonly shard: number },
  s3: S3Client,
  limit: number,
  page = PAGE,
): Promise<Assignment[]> {
  const Key = KEYS.assignment(where.shard);
  const ids: string[] = [];
  for (let more = true, after = {}; more && ids.length < limit;) {
    const MaxKeys = Math.min(limit - ids.length, page);
    const listed = await s3.send(
      new ListObjectVersionsCommand({ Bucket: where.controlBucket, Prefix: Key, MaxKeys, ...after }),
    );
    ids.push(...(listed.Versions ?? []).filter((v) => v.Key === Key).map((v) => v.VersionId!));
    after = { KeyMarker: listed.NextKeyMarker, VersionIdMarker: listed.NextVersionIdMarker };
    more = listed.IsTruncated === true;
  }
  const found = await Promise.all(
    ids.map(async (VersionId) => {
      const object = await s3.send(new GetObjectCommand({ Bucket: where.controlBucket, Key, VersionId }));
      const text = await object.Body!.transformToString();
      try {
        return [ASSIGNMENT.parse(text, `s3://${where.controlBucket}/${Key}?versionId=${VersionId}`)];
      } catch (error) {
        process.stderr.write(`promha: ${(error as Error).message}\n`);
        return [];
      }
    }),
  );
  return found.flat();
}
