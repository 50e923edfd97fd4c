import type { S3Client } from '@aws-sdk/client-s3';
import { REMEDY_RECORD, type RemedyRecord } from '../../contract/documents/remedy';
import { KEYS } from '../../contract/keys';
import { s3Documents } from './s3-documents';

/** Who tries a remedy and what came of it, in the control bucket. */
export interface RemedyStore {
  /** Null when it was never tried. */
  read(name: string): Promise<{ readonly record: RemedyRecord; readonly etag: string } | null>;
  /** Compare-and-swap, as for the assignment. Returns the new etag; null when somebody else was first. */
  write(record: RemedyRecord, etag: string | null): Promise<string | null>;
}

export function s3RemedyStore(s3: S3Client, bucket: string, shard: number, timeoutMs: number): RemedyStore {
  const documents = s3Documents(s3, bucket, timeoutMs);
  return {
    async read(name) {
      const read = await documents.read(REMEDY_RECORD, KEYS.remedy(shard, name));
      return read && { record: read.document, etag: read.etag };
    },
    write: (record, etag) => documents.swap(REMEDY_RECORD, KEYS.remedy(shard, record.name), record, etag),
  };
}
