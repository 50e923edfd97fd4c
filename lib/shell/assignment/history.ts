import { GetObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { ASSIGNMENT, type Assignment } from '../../contract/documents/assignment';
import { inOneLine, UserError } from '../../contract/errors';
import { KEYS } from '../../contract/keys';

/** S3 lists no more at once. */
const PAGE = 1_000;

/**
 * Every change of the assignment, newest first, from the object's versions. Those that cannot be used are named on stderr and
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
    ids.map(async (VersionId): Promise<Assignment | Unusable> => {
      const object = await s3.send(new GetObjectCommand({ Bucket: where.controlBucket, Key, VersionId }));
      const text = await object.Body!.transformToString();
      try {
        return ASSIGNMENT.parse(text, `s3://${where.controlBucket}/${Key}`);
      } catch (error) {
        return { VersionId, why: error instanceof UserError ? inOneLine(error) : (error as Error).message };
      }
    }),
  );
  const unusable = found.flatMap((one) => ('why' in one ? [one as Unusable] : []));
  for (const line of complaints(unusable)) process.stderr.write(`promha: ${line}\n`);
  return found.flatMap((one) => ('why' in one ? [] : [one]));
}

interface Unusable {
  readonly VersionId: string;
  readonly why: string;
}

/** One line for all that are unusable for the same reason: somebody may have written it again and again. */
function complaints(unusable: readonly Unusable[]): string[] {
  return [...new Set(unusable.map(({ why }) => why))].map((reason) => {
    const same = unusable.filter(({ why }) => why === reason).map(({ VersionId }) => VersionId);
    return `${same.length === 1 ? 'version' : `${same.length} versions`} ${same.join(', ')}: ${reason}`;
  });
}
