import { mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncDirectory } from '../base/files';
import { unpacked } from '../base/snappy';
import { rewriteSegment } from './rewrite-segment';
import { lateChunkAt } from './scan/head-chunks';
import { listNumbered } from '../../lib/shell/tsdb/listing';
import type { Pace } from '../../lib/shell/tsdb/pace';
import { scanSegment, SNAPPY, ZSTD, type Fragment, type RecordSink } from './scan/segment';
import { reading, Window } from '../../lib/shell/tsdb/window';

const MARKERS_RECORD = 5;
const PAIR = 16;
/** Prometheus writes a record for each commit, and markers of it. */
const MOST_RECORD_BYTES = 128 * 1024 * 1024;

/**
 * Late samples are in wbl/, and in chunks_head/ once there are enough of them: then a record of markers in wbl/ says in
 * which chunks, and a start leaves the samples before it out. It takes a marker for valid when its chunk is not beyond the
 * last one that there is, and does not look at the chunk. But Prometheus writes chunks through a buffer of megabytes: those
 * of one that was killed are gone, their markers are not, and the next one begins a file of the same number. Once enough of
 * that is written, the markers count as valid, and the start after it drops samples that are nowhere else. A marker without
 * a chunk (0: the first of a series) drops what is before it in any case.
 *
 * So before a start every record goes that has a marker whose chunk is not there. Samples that are in both places then do no
 * harm. `scratch`: a file on the same volume. Returns the segments that were written anew.
 */
export async function dropLostMarkers(tsdb: string, scratch: string, pace: Pace): Promise<string[]> {
  const chunks = new HeadChunkFiles(join(tsdb, 'chunks_head'), pace);
  const rewritten: string[] = [];
  try {
    for (const { name } of (await listNumbered(join(tsdb, 'wbl'))) ?? []) {
      const path = join(tsdb, 'wbl', name);
      const lost = await lostIn(path, chunks, pace);
      if (lost.size === 0) continue;
      let record = 0;
      mkdirSync(dirname(scratch), { recursive: true });
      await rewriteSegment(path, scratch, pace, () => lost.has(record++));
      renameSync(scratch, path);
      syncDirectory(dirname(path));
      rewritten.push(join('wbl', name));
    }
  } finally {
    await chunks.close();
  }
  return rewritten;
}

/** Which records of a segment, counted from 0, have a marker whose chunk is not there. */
async function lostIn(path: string, chunks: HeadChunkFiles, pace: Pace): Promise<ReadonlySet<number>> {
  const seen = new LostMarkers(chunks);
  await reading(path, pace, (file) => scanSegment(file, seen));
  return seen.lost;
}

class LostMarkers implements RecordSink {
  readonly lost = new Set<number>();
  private record = 0;
  private fragments: Buffer[] = [];
  private head = 0;

  constructor(private readonly chunks: HeadChunkFiles) {}

  fragment({ head, payload }: Fragment): void {
    this.head = head;
    this.fragments.push(Buffer.from(payload));
  }

  drop(): void {
    this.fragments = [];
  }

  async end(): Promise<void> {
    const record = plain(this.head, Buffer.concat(this.fragments));
    this.fragments = [];
    if (record?.[0] === MARKERS_RECORD && !(await this.allThere(record))) this.lost.add(this.record);
    this.record += 1;
  }

  private async allThere(record: Buffer): Promise<boolean> {
    for (let at = 1; at + PAIR <= record.length; at += PAIR) {
      const series = Number(record.readBigUInt64BE(at));
      if ((await this.chunks.seriesAt(record.readUInt32BE(at + 8), record.readUInt32BE(at + 12))) !== series)
        return false;
    }
    return true;
  }
}

/** The files of chunks_head/, each opened once. */
class HeadChunkFiles {
  private readonly open = new Map<number, Window | null>();

  constructor(
    private readonly directory: string,
    private readonly pace: Pace,
  ) {}

  /** Whose late samples the chunk at this place holds; null: there is no whole chunk of late samples. */
  async seriesAt(index: number, offset: number): Promise<number | null> {
    if (!this.open.has(index)) {
      const name = String(index).padStart(6, '0');
      this.open.set(index, await Window.open(join(this.directory, name), this.pace));
    }
    const file = this.open.get(index);
    return file ? lateChunkAt(file, offset) : null;
  }

  async close(): Promise<void> {
    for (const file of this.open.values()) await file?.close();
  }
}

/** null: not to be decompressed here. Prometheus compresses with Snappy unless it is told otherwise. */
function plain(head: number, payload: Buffer): Buffer | null {
  if ((head & ZSTD) !== 0) return null;
  if ((head & SNAPPY) === 0) return payload;
  try {
    return unpacked(payload, MOST_RECORD_BYTES);
  } catch {
    return null; // left as it is: Prometheus says what it thinks of it
  }
}
