import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  ANNOUNCEMENT,
  HEARTBEAT,
  type ControlHeartbeat,
  type NodeAnnouncement,
} from '../../contract/documents/announcement';
import { ASSIGNMENT, type Assignment, type NodeId } from '../../contract/documents/assignment';
import { CONFIG_POINTER, type ConfigPointer } from '../../contract/documents/config';
import { SHARD_MAP, type ShardMap } from '../../contract/documents/shard-map';
import {
  RESTORE_RECORD,
  STORAGE_REPORT,
  type RestoreRecord,
  type StorageReport,
} from '../../contract/documents/storage';
import { announcedAt, ANNOUNCEMENTS, inOrder, KEYS, type NodeOfShard } from '../../contract/keys';
import { refuseIfLarger, s3Documents } from './s3-documents';

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
  /** Null where the node never announced itself. `ofShard`: of another shard than this one. @throws UserError */
  readAnnouncement(node: NodeId, ofShard?: number): Promise<NodeAnnouncement | null>;
  writeAnnouncement(announcement: NodeAnnouncement): Promise<void>;
  /** Null where nobody ever wrote one: one shard. @throws UserError when it is not a ShardMap */
  readShardMap(): Promise<{ readonly shardMap: ShardMap; readonly etag: string } | null>;
  /** Compare-and-swap, as for the assignment. */
  writeShardMap(next: ShardMap, etag: string | null): Promise<'written' | 'lost'>;
  readConfigPointer(): Promise<{ readonly pointer: ConfigPointer; readonly etag: string } | null>;
  /** Compare-and-swap, as for the assignment. */
  writeConfigPointer(next: ConfigPointer, etag: string | null): Promise<'written' | 'lost'>;
  readStorage(node: NodeId): Promise<StorageReport | null>;
  writeStorage(report: StorageReport): Promise<void>;
  readRestore(node: NodeId): Promise<{ readonly record: RestoreRecord; readonly etag: string } | null>;
  /** Compare-and-swap, as for the assignment. */
  writeRestore(record: RestoreRecord, etag: string | null): Promise<'written' | 'lost'>;
  /** Any object's bytes, e.g. a configuration bundle in the assets bucket. @throws UserError when there are more */
  readBytes(bucket: string, key: string, maxBytes: number): Promise<Uint8Array>;
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
  const deadline = (ms = timeoutMs) => ({ abortSignal: AbortSignal.timeout(ms) });
  const documents = s3Documents(s3, bucket, timeoutMs);
  const won = (etag: string | null): 'written' | 'lost' => (etag === null ? 'lost' : 'written');

  return {
    async readAssignment() {
      const read = await documents.read(ASSIGNMENT, KEYS.assignment(shard));
      return read && { assignment: read.document, etag: read.etag };
    },
    writeAssignment: async (next, etag) => won(await documents.swap(ASSIGNMENT, KEYS.assignment(shard), next, etag)),
    async readShardMap() {
      const read = await documents.read(SHARD_MAP, KEYS.shardMap);
      return read && { shardMap: read.document, etag: read.etag };
    },
    writeShardMap: async (next, etag) => won(await documents.swap(SHARD_MAP, KEYS.shardMap, next, etag)),
    async readHeartbeat() {
      return (await documents.readText(KEYS.heartbeat(shard), HEARTBEAT.maxBytes))?.text ?? null;
    },
    writeHeartbeat: (heartbeat) => documents.put(HEARTBEAT, KEYS.heartbeat(shard), heartbeat),
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
    async readAnnouncement(node, ofShard = shard) {
      return (await documents.read(ANNOUNCEMENT, KEYS.announcement(ofShard, node)))?.document ?? null;
    },
    writeAnnouncement: (next) => documents.put(ANNOUNCEMENT, KEYS.announcement(shard, next.node), next),
    async readConfigPointer() {
      const read = await documents.read(CONFIG_POINTER, KEYS.configPointer);
      return read && { pointer: read.document, etag: read.etag };
    },
    writeConfigPointer: async (next, etag) => won(await documents.swap(CONFIG_POINTER, KEYS.configPointer, next, etag)),
    async readStorage(node) {
      return (await documents.read(STORAGE_REPORT, KEYS.storage(shard, node)))?.document ?? null;
    },
    writeStorage: (report) => documents.put(STORAGE_REPORT, KEYS.storage(shard, report.node), report),
    async readRestore(node) {
      const read = await documents.read(RESTORE_RECORD, KEYS.restore(shard, node));
      return read && { record: read.document, etag: read.etag };
    },
    writeRestore: async (next, etag) =>
      won(await documents.swap(RESTORE_RECORD, KEYS.restore(shard, next.node), next, etag)),
    async readBytes(from, key, maxBytes) {
      const object = await s3.send(new GetObjectCommand({ Bucket: from, Key: key }), deadline(10 * timeoutMs));
      refuseIfLarger(object, maxBytes, `s3://${from}/${key}`);
      return object.Body!.transformToByteArray();
    },
  };
}
