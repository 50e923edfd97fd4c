import { createWriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { BlockObject } from '../../lib/core/backfill/block-restore';
import { ifThere } from '../../lib/shell/tsdb/listing';

/** The client's own time-outs do not cover an answer that stalls: nothing would be fetched any more. */
const LIST_MS = 30_000;
/** For one call; what has come by then is kept, and the next call goes on behind it. */
const FETCH_MS = 300_000;

/** What the bucket has of a block. @throws when it does not answer in time */
export async function objectsOf(
  s3: S3Client,
  bucket: string,
  ulid: string,
  timeoutMs = LIST_MS,
): Promise<BlockObject[]> {
  const found: BlockObject[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: `${ulid}/`, ContinuationToken: token }),
      { abortSignal: AbortSignal.timeout(timeoutMs) },
    );
    for (const { Key, Size } of page.Contents ?? []) found.push({ path: Key!.slice(ulid.length + 1), bytes: Size! });
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return found;
}

/** Fetches one file as a stream; what an earlier call has of it is not fetched again. @throws when it does not come in time */
export async function fetchFile(
  s3: S3Client,
  from: { readonly bucket: string; readonly key: string; readonly bytes: number },
  to: string,
  timeoutMs = FETCH_MS,
): Promise<void> {
  if ((await sizeOf(to)) === from.bytes) return;
  await mkdir(dirname(to), { recursive: true });
  const part = `${to}.part`;
  const have = (await sizeOf(part)) ?? 0;
  const begin = have < from.bytes ? have : 0;
  const range = begin === 0 ? {} : { Range: `bytes=${begin}-` };
  const abortSignal = AbortSignal.timeout(timeoutMs);
  const object = await s3.send(new GetObjectCommand({ Bucket: from.bucket, Key: from.key, ...range }), { abortSignal });
  await pipeline(object.Body as Readable, createWriteStream(part, { flags: begin === 0 ? 'w' : 'a', flush: true }));
  await rename(part, to);
}

/** null when it is not there. */
async function sizeOf(path: string): Promise<number | null> {
  return (await ifThere(() => stat(path)))?.size ?? null;
}

export const keyOf = (ulid: string, path: string): string => join(ulid, path);
