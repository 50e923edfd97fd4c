import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { WANTED_BLOCKS, type WantedBlock } from '../../lib/contract/documents/agent-files';
import type { RestoreStatus } from '../../lib/contract/documents/agent/part-status';
import { filesOf, stillWanted } from '../../lib/core/backfill/block-restore';
import { directorySynced, replaceFile } from '../base/files';
import { messageOf, type Log } from '../base/log';
import { scanBlock } from '../../lib/shell/tsdb/block';
import { ifThere, listBlocks } from '../../lib/shell/tsdb/listing';
import { Pace } from '../../lib/shell/tsdb/pace';
import { fetchFile, keyOf, objectsOf } from './block-source';

export interface BlockRestorerOptions {
  readonly data: string;
  readonly tsdb: string;
  readonly s3: S3Client;
  readonly bucket: string;
  readonly retentionMs: number;
  readonly bytesPerSecond: number;
  /** A block, to whom Prometheus runs as. */
  readonly give: (block: string) => Promise<void>;
  readonly log: Log;
}

/**
 * Brings back blocks that this node had uploaded and then lost, from the bucket, under their own name: the sidecar knows
 * them as uploaded, and a running Prometheus loads them within a minute. Nothing gets there that is not whole.
 */
export class BlockRestorer {
  private readonly root: string;
  private readonly file: string;
  private state: RestoreStatus = { wanted: [], restored: [], error: null };

  constructor(private readonly options: BlockRestorerOptions) {
    this.root = join(options.data, 'restore');
    this.file = join(this.root, 'wanted.json');
  }

  get status(): RestoreStatus {
    return this.state;
  }

  async lost(blocks: readonly Omit<WantedBlock, 'failures'>[]): Promise<void> {
    const wanted = await this.read();
    const news = blocks.filter(({ ulid }) => !wanted.some((known) => known.ulid === ulid));
    if (news.length > 0) await this.write([...wanted, ...news.map((block) => ({ ...block, failures: 0 }))]);
  }

  async round(): Promise<void> {
    const { tsdb, retentionMs, log } = this.options;
    let wanted = await this.read();
    for (const block of wanted) {
      const { ulid } = block;
      const still = stillWanted(block, new Set(await listBlocks(tsdb)), retentionMs, Date.now());
      const because = still.wanted ? await this.restore(block) : still.because;
      if (because === 'not whole') {
        wanted = wanted.map((b) => (b.ulid === ulid ? { ...b, failures: b.failures + 1 } : b));
      } else {
        wanted = wanted.filter((b) => b.ulid !== ulid);
        log(because === 'restored' ? 'info' : 'warn', 'block-restore', { ulid, because });
        await rm(join(this.root, ulid), { recursive: true, force: true });
      }
      await this.write(wanted);
    }
    this.state = { ...this.state, wanted: wanted.map(({ ulid }) => ulid) };
  }

  /** What became of it. @throws when the bucket does not answer: what came so far stays, and is gone on with */
  private async restore({ ulid }: WantedBlock): Promise<string> {
    const { s3, bucket, tsdb, bytesPerSecond, give } = this.options;
    this.state = { ...this.state, wanted: [...new Set([...this.state.wanted, ulid])] };
    try {
      const files = filesOf(await objectsOf(s3, bucket, ulid));
      if (files === null)
        return 'the bucket does not have it; queries through Thanos have its samples from another block';
      for (const { path, bytes } of files) {
        await fetchFile(s3, { bucket, key: keyOf(ulid, path), bytes }, join(this.root, ulid, path));
      }
      const seen = await scanBlock(this.root, ulid, true, new Pace({ bytesPerSecond }));
      if (seen === null || seen.spots.length > 0 || 'problem' in seen.meta) {
        await rm(join(this.root, ulid), { recursive: true, force: true });
        return 'not whole';
      }
      await give(join(this.root, ulid));
      await rename(join(this.root, ulid), join(tsdb, ulid));
      await directorySynced(tsdb);
      this.state = { ...this.state, restored: [...this.state.restored, ulid], error: null };
      return 'restored';
    } catch (error) {
      this.state = { ...this.state, error: `${ulid} cannot be fetched: ${messageOf(error)}` };
      throw error;
    }
  }

  private async read(): Promise<WantedBlock[]> {
    const text = await ifThere(() => readFile(this.file, 'utf8'));
    try {
      return text === null ? [] : [...WANTED_BLOCKS.parse(text, this.file)];
    } catch (error) {
      this.options.log('warn', 'state-corrupted', { file: this.file, error: messageOf(error) });
      return [];
    }
  }

  private async write(wanted: readonly WantedBlock[]): Promise<void> {
    await replaceFile(this.file, WANTED_BLOCKS.serialize(wanted));
  }
}
