import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { KEYS } from '../../contract/names';
import type { RemedyRecord } from '../../core/remedies/remedy-lease';

/** Who tries a remedy and what came of it, in the control bucket. */
export interface RemedyStore {
  /** Null when it was never tried. */
  read(name: string): Promise<{ readonly record: RemedyRecord; readonly etag: string } | null>;
  /** Compare-and-swap, as for the assignment. Returns the new etag; null when somebody else was first. */
  write(record: RemedyRecord, etag: string | null): Promise<string | null>;
}

export function s3RemedyStore(s3: S3Client, bucket: string, shard: number, timeoutMs: number): RemedyStore {
  const deadline = () => ({ abortSignal: AbortSignal.timeout(timeoutMs) });
  return {
    async read(name) {
      try {
        const command = new GetObjectCommand({ Bucket: bucket, Key: KEYS.remedy(shard, name) });
        const object = await s3.send(command, deadline());
        return { record: JSON.parse(await object.Body!.transformToString()) as RemedyRecord, etag: object.ETag! };
      } catch (error) {
        if ((error as Error).name === 'NoSuchKey') return null;
        throw error;
      }
    },
    async write(record, etag) {
      try {
        const written = await s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: KEYS.remedy(shard, record.name),
            Body: `${JSON.stringify(record, null, 2)}\n`,
            ContentType: 'application/json',
            ...(etag === null ? { IfNoneMatch: '*' } : { IfMatch: etag }),
          }),
          deadline(),
        );
        return written.ETag!;
      } catch (error) {
        const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
        if (status === 412 || status === 409) return null;
        throw error;
      }
    },
  };
}
