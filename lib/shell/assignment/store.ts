import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { parseAssignment, serializeAssignment, type Assignment, type NodeId } from '../../contract/assignment';
import { announcedAt, ANNOUNCEMENTS, inOrder, KEYS, type NodeOfShard } from '../../contract/names';
import { parseLayout, type Layout } from '../../core/sharding/sharding';
import type { RestoreRecord, StorageReport } from '../../contract/storage-documents';
import type { ConfigPointer, ControlHeartbeat, NodeAnnouncement } from '../../contract/node-documents';

/** An assignment as read, with what a compare-and-swap needs. */
export interface ReadAssignment {
  readonly assignment: Assignment;
  readonly etag: string;
}

/** The control bucket, seen from one shard. Every method rejects when S3 does not answer in time. */
export interface ControlStore {
  /** null when it was never written. @throws UserError when it is not an Assignment */
  readAssignment(): Promise<ReadAssignment | null>;
  /**
   * Compare-and-swap: writes only if nobody wrote since `etag` was read (null: only if none exists).
   * `lost`: somebody else was first (412), or the race could not be told (409); read again and decide again.
   */
  writeAssignment(next: Assignment, etag: string | null): Promise<'written' | 'lost'>;
  /** The heartbeat's text, compared but never parsed by agents; null when there is none. */
  readHeartbeat(): Promise<string | null>;
  writeHeartbeat(heartbeat: ControlHeartbeat): Promise<void>;
  /** Every node that ever announced itself, of all shards, in order of preference. */
  listNodes(): Promise<NodeOfShard[]>;
  /** Null where the node never announced itself. `ofShard`: of another shard than this one. */
  readAnnouncement(node: NodeId, ofShard?: number): Promise<NodeAnnouncement | null>;
  writeAnnouncement(announcement: NodeAnnouncement): Promise<void>;
  /** Null where nobody ever wrote one: one shard. @throws UserError when it is not a Layout */
  readLayout(): Promise<{ readonly layout: Layout; readonly etag: string } | null>;
  /** Compare-and-swap, as for the assignment. */
  writeLayout(next: Layout, etag: string | null): Promise<'written' | 'lost'>;
  readConfigPointer(): Promise<ConfigPointer | null>;
  writeConfigPointer(pointer: ConfigPointer): Promise<void>;
  readStorage(node: NodeId): Promise<StorageReport | null>;
  writeStorage(report: StorageReport): Promise<void>;
  readRestore(node: NodeId): Promise<{ readonly record: RestoreRecord; readonly etag: string } | null>;
  /** Compare-and-swap, as for the assignment. */
  writeRestore(record: RestoreRecord, etag: string | null): Promise<'written' | 'lost'>;
  /** Any object's bytes, e.g. a configuration bundle in the assets bucket. */
  readBytes(bucket: string, key: string): Promise<Uint8Array>;
}

/**
 * One S3 client for everything that decides. One attempt and a short time-out: whoever polls
 * asks again anyway, and an answer that comes too late is worth nothing.
 */
export function controlS3(timeoutMs: number): S3Client {
  return new S3Client({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: timeoutMs, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
    // The emulator has no virtual-hosted buckets; on AWS no endpoint is set and the default stays.
    forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined || process.env.AWS_ENDPOINT_URL_S3 !== undefined,
  });
}

export function s3ControlStore(s3: S3Client, bucket: string, shard: number, timeoutMs: number): ControlStore {
  /** The client's own time-outs do not cover a body that stalls, or credentials that never come. */
  const deadline = () => ({ abortSignal: AbortSignal.timeout(timeoutMs) });

  async function get(key: string, from = bucket): Promise<{ text: string; etag: string } | null> {
    try {
      const object = await s3.send(new GetObjectCommand({ Bucket: from, Key: key }), deadline());
      return { text: await object.Body!.transformToString(), etag: object.ETag! };
    } catch (error) {
      if ((error as Error).name === 'NoSuchKey') return null;
      throw error;
    }
  }
  async function put(
    key: string,
    body: string,
    condition: { IfMatch?: string; IfNoneMatch?: string } = {},
  ): Promise<void> {
    await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: 'application/json', ...condition }),
      deadline(),
    );
  }
  /** Writes only if nobody wrote since `etag` was read; null: only if there is none. */
  async function swap(key: string, body: string, etag: string | null): Promise<'written' | 'lost'> {
    try {
      await put(key, body, etag === null ? { IfNoneMatch: '*' } : { IfMatch: etag });
      return 'written';
    } catch (error) {
      // 412: the etag is no longer current. 409: another conditional write is under way.
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
      if (status === 412 || status === 409) return 'lost';
      throw error;
    }
  }
  const json = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;
  async function parsed<T>(key: string): Promise<T | null> {
    const object = await get(key);
    return object === null ? null : (JSON.parse(object.text) as T);
  }

  return {
    async readAssignment() {
      const key = KEYS.assignment(shard);
      const object = await get(key);
      return object && { assignment: parseAssignment(object.text, `s3://${bucket}/${key}`), etag: object.etag };
    },
    writeAssignment: (next, etag) => swap(KEYS.assignment(shard), serializeAssignment(next), etag),
    async readLayout() {
      const object = await get(KEYS.layout);
      return object && { layout: parseLayout(object.text, `s3://${bucket}/${KEYS.layout}`), etag: object.etag };
    },
    writeLayout: (next, etag) => swap(KEYS.layout, json(next), etag),
    async readHeartbeat() {
      return (await get(KEYS.heartbeat(shard)))?.text ?? null;
    },
    writeHeartbeat: (heartbeat) => put(KEYS.heartbeat(shard), json(heartbeat)),
    async listNodes() {
      const found: NodeOfShard[] = [];
      for (let ContinuationToken: string | undefined, more = true; more;) {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: ANNOUNCEMENTS, ContinuationToken }),
          deadline(),
        );
        found.push(...(page.Contents ?? []).flatMap(({ Key }) => announcedAt(Key!) ?? []));
        ContinuationToken = page.NextContinuationToken;
        more = ContinuationToken !== undefined;
      }
      return found.sort(inOrder);
    },
    readAnnouncement: (node, ofShard = shard) => parsed<NodeAnnouncement>(KEYS.announcement(ofShard, node)),
    writeAnnouncement: (announcement) => put(KEYS.announcement(shard, announcement.node), json(announcement)),
    readConfigPointer: () => parsed<ConfigPointer>(KEYS.configPointer),
    writeConfigPointer: (pointer) => put(KEYS.configPointer, json(pointer)),
    readStorage: (node) => parsed<StorageReport>(KEYS.storage(shard, node)),
    writeStorage: (report) => put(KEYS.storage(shard, report.node), json(report)),
    async readRestore(node) {
      const object = await get(KEYS.restore(shard, node));
      return object && { record: JSON.parse(object.text) as RestoreRecord, etag: object.etag };
    },
    writeRestore: (record, etag) => swap(KEYS.restore(shard, record.node), json(record), etag),
    async readBytes(from, key) {
      const object = await s3.send(new GetObjectCommand({ Bucket: from, Key: key }), {
        abortSignal: AbortSignal.timeout(10 * timeoutMs),
      });
      return object.Body!.transformToByteArray();
    },
  };
}
