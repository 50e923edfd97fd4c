import { GetObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import type { DocumentFormat } from '../../contract/document';
import { ASSIGNMENT, type Assignment } from '../../contract/documents/assignment';
import { CONFIG_POINTER, type ConfigPointer } from '../../contract/documents/config';
import { inOneLine, UserError } from '../../contract/errors';
import { KEYS } from '../../contract/keys';

/** S3 lists no more at once. */
const PAGE = 1_000;

/** One version of an object. `at`: when it was written, ms since the Unix epoch, S3's clock. */
export interface DocumentVersion<T> {
  readonly document: T;
  readonly at: number;
}

interface Where {
  readonly controlBucket: string;
  readonly shard: number;
}

/** Every change of the assignment, newest first; as `readVersions`. */
export async function readHistory(where: Where, s3: S3Client, limit: number, page = PAGE): Promise<Assignment[]> {
  const versions = await readVersions(where.controlBucket, KEYS.assignment(where.shard), ASSIGNMENT, s3, limit, page);
  return versions.map(({ document }) => document);
}

/** Every change of the configuration's pointer, newest first; as `readVersions`. */
export const readDeploys = (
  { controlBucket }: Where,
  s3: S3Client,
  limit: number,
): Promise<DocumentVersion<ConfigPointer>[]> =>
  readVersions(controlBucket, KEYS.configPointer, CONFIG_POINTER, s3, limit, PAGE);

/**
 * An object's versions, newest first. Those that cannot be used are named on stderr and passed over: who looks for the version to put
 * back needs the others.
 */
async function readVersions<T>(
  Bucket: string,
  Key: string,
  format: DocumentFormat<T>,
  s3: S3Client,
  limit: number,
  page: number,
): Promise<DocumentVersion<T>[]> {
  const listed: { readonly VersionId: string; readonly at: number }[] = [];
  for (let more = true, after = {}; more && listed.length < limit;) {
    const MaxKeys = Math.min(limit - listed.length, page);
    const answer = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key, MaxKeys, ...after }));
    const own = (answer.Versions ?? []).filter((v) => v.Key === Key);
    listed.push(...own.map((v) => ({ VersionId: v.VersionId!, at: v.LastModified?.getTime() ?? 0 })));
    after = { KeyMarker: answer.NextKeyMarker, VersionIdMarker: answer.NextVersionIdMarker };
    more = answer.IsTruncated === true;
  }
  const found = await Promise.all(
    listed.map(async ({ VersionId, at }): Promise<DocumentVersion<T> | Unusable> => {
      const object = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
      const text = await object.Body!.transformToString();
      try {
        return { document: format.parse(text, `s3://${Bucket}/${Key}`), at };
      } catch (error) {
        return { VersionId, why: error instanceof UserError ? inOneLine(error) : (error as Error).message };
      }
    }),
  );
  const unusable = found.flatMap((one) => ('why' in one ? [one] : []));
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
