import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { UserError } from '../../contract/errors';
import type { DocumentFormat } from '../../contract/document';

/** Documents in one bucket: parsed where they are read, and never written so that they cannot be read back. */
export interface S3Documents {
  /** Null when it was never written. @throws UserError when it is no such document, or too large to be one */
  read<T>(format: DocumentFormat<T>, key: string): Promise<{ readonly document: T; readonly etag: string } | null>;
  /** The text, unparsed, for whoever only compares it. */
  readText(key: string, maxBytes: number): Promise<{ readonly text: string; readonly etag: string } | null>;
  put<T>(format: DocumentFormat<T>, key: string, next: T): Promise<void>;
  /** Writes only if nobody wrote since `etag` was read; null: only if there is none. The new etag; null: somebody was first. */
  swap<T>(format: DocumentFormat<T>, key: string, next: T, etag: string | null): Promise<string | null>;
}

export function s3Documents(s3: S3Client, bucket: string, timeoutMs: number): S3Documents {
  /** The client's own time-outs do not cover a body that stalls, or credentials that never come. */
  const deadline = () => ({ abortSignal: AbortSignal.timeout(timeoutMs) });
  const put = async (
    key: string,
    body: string,
    condition: { IfMatch?: string; IfNoneMatch?: string },
  ): Promise<string> => {
    const object = { Bucket: bucket, Key: key, Body: body, ContentType: 'application/json', ...condition };
    return (await s3.send(new PutObjectCommand(object), deadline())).ETag!;
  };
  const readText: S3Documents['readText'] = async (key, maxBytes) => {
    const object = await ifThere(() => s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), deadline()));
    if (object === null) return null;
    refuseIfLarger(object, maxBytes, `s3://${bucket}/${key}`);
    return { text: await object.Body!.transformToString(), etag: object.ETag! };
  };
  return {
    readText,
    async read(format, key) {
      const read = await readText(key, format.maxBytes);
      return read && { document: format.parse(read.text, `s3://${bucket}/${key}`), etag: read.etag };
    },
    put: async (format, key, next) => void (await put(key, format.serialize(next), {})),
    async swap(format, key, next, etag) {
      const body = format.serialize(next);
      try {
        return await put(key, body, etag === null ? { IfNoneMatch: '*' } : { IfMatch: etag });
      } catch (error) {
        // 412: the etag is no longer current. 409: another conditional write is under way.
        const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
        if (status === 412 || status === 409) return null;
        throw error;
      }
    },
  };
}

/** Before a byte of the body is taken: what is too large to be of use must not cost its time. */
export function refuseIfLarger(
  object: { readonly ContentLength?: number; readonly Body?: object },
  maxBytes: number,
  where: string,
): void {
  const bytes = object.ContentLength ?? 0;
  if (bytes <= maxBytes) return;
  const { Body } = object;
  if (Body instanceof Readable) Body.destroy();
  throw new UserError({
    what: 'the object is too large to be read',
    where,
    got: `${bytes} bytes`,
    expected: `at most ${maxBytes}`,
    fix: 'restore an earlier version of the object; docs/runbook/health-check-errors.md has the commands',
  });
}

async function ifThere<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return null;
    throw error;
  }
}
