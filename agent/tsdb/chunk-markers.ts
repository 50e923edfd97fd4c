import { uncompress } from 'snappyjs';
import { SNAPPY, ZSTD, type RecordSink, type Fragment } from './scan/segment';

const MARKERS_RECORD = 5;
const PAIR = 16;

/**
 * Late samples are in wbl/, and in chunks_head/ once there are enough of them: then a record of markers in wbl/ says in
 * which chunks, and a start leaves those samples of wbl/ out. It takes a marker for valid when its chunk is not beyond the
 * last one there is; so a marker of a lost chunk becomes valid as soon as newer chunks are written, and its samples are
 * gone at the next start but one. True of a record with such a marker: of a chunk in file `from` of chunks_head/ or later.
 * Samples that are in both places then do no harm.
 */
export function marksLostChunks(head: number, payload: Buffer, from: number): boolean {
  const record = plain(head, payload);
  if (record === null || record[0] !== MARKERS_RECORD) return false;
  for (let at = 1; at + PAIR <= record.length; at += PAIR) if (record.readUInt32BE(at + 8) >= from) return true;
  return false;
}

/** null: not to be decompressed here. Prometheus compresses with Snappy unless it is told otherwise. */
function plain(head: number, payload: Buffer): Buffer | null {
  if ((head & ZSTD) !== 0) return null;
  if ((head & SNAPPY) === 0) return payload;
  try {
    return Buffer.from(uncompress(payload));
  } catch {
    return null; // left as it is: Prometheus says what it thinks of it
  }
}

/** Only looks whether there is such a record. */
export class LostChunksSeen implements RecordSink {
  found = false;
  private fragments: Buffer[] = [];
  private head = 0;

  constructor(private readonly from: number) {}

  fragment({ head, payload }: Fragment): void {
    this.head = head;
    this.fragments.push(Buffer.from(payload));
  }
  drop(): void {
    this.fragments = [];
  }
  end(): Promise<void> {
    this.found ||= marksLostChunks(this.head, Buffer.concat(this.fragments), this.from);
    this.fragments = [];
    return Promise.resolve();
  }
}
