import type { SeenHeadChunks, Spot } from '../../../lib/core/tsdb/seen';
import { crc32c } from '../../../lib/shell/tsdb/crc32c';
import { uvarint } from '../../../lib/shell/tsdb/varint';
import type { Window } from '../../../lib/shell/tsdb/window';

const MAGIC = 0x0130bc91;
const VERSION = 1;
const HEADER = 8;
/** Series reference, first and last time. */
const CHUNK_HEAD = 24;
/** Encoding and length. */
const MOST_META = CHUNK_HEAD + 1 + 5;
const CRC = 4;
const ZEROS = Buffer.alloc(64 * 1024);

/**
 * Reads a file of chunks_head/ as Prometheus does (tsdb/chunks/head_chunks.go) and ends at the first
 * corruption: where the next chunk begins is not known then. Files are allocated in advance, so zeros end them.
 */
export async function scanHeadChunks(
  file: Window,
  onSeries: (reference: number) => void = () => {},
): Promise<Pick<SeenHeadChunks, 'header' | 'spots'>> {
  const head = await file.at(0, HEADER);
  if (head.length < 4 || head.readUInt32BE(0) === 0) return { header: 'absent', spots: [] };
  if (head.length < HEADER || head.readUInt32BE(0) !== MAGIC || head[4] !== VERSION) {
    return { header: 'bad', spots: [{ offset: 0, what: 'the magic number or the version is wrong' }] };
  }
  for (let offset = HEADER; offset < file.bytes;) {
    const next = await chunkEnd(file, offset, onSeries);
    if (typeof next !== 'number') return { header: 'good', spots: next === null ? [] : [next] };
    offset = next;
  }
  return { header: 'good', spots: [] };
}

/** In a chunk's encoding: its samples came late. */
const LATE = 0x80;

/** The reference of the series whose late samples the whole chunk at `offset` holds; null: no such chunk begins there. */
export async function lateChunkAt(file: Window, offset: number): Promise<number | null> {
  if (offset < HEADER || ((await file.at(offset + CHUNK_HEAD, 1))[0] ?? 0) < LATE) return null;
  let series: number | null = null;
  const end = await chunkEnd(file, offset, (reference) => (series = reference));
  return typeof end === 'number' ? series : null;
}

/** Where the chunk at `offset` ends; null when the file's content ends there. */
async function chunkEnd(
  file: Window,
  offset: number,
  onSeries: (reference: number) => void,
): Promise<number | Spot | null> {
  const meta = await file.at(offset, MOST_META);
  if (isZero(meta.subarray(0, CHUNK_HEAD))) return restIsZero(file, offset);
  const length = uvarint(meta, CHUNK_HEAD + 1);
  if (length === null) return { offset, what: 'the beginning of a chunk is cut off or has no length' };
  const size = CHUNK_HEAD + 1 + length.bytes + length.value + CRC;
  if (offset + size > file.bytes)
    return { offset, what: `a chunk of ${size} bytes reaches beyond the end of the file` };
  const chunk = await file.at(offset, size);
  if (chunk.length < size) return { offset, what: 'the file ended while it was read' };
  if (crc32c(chunk, 0, size - CRC) !== chunk.readUInt32BE(size - CRC)) {
    return { offset, what: 'the checksum of a chunk does not match' };
  }
  onSeries(Number(chunk.readBigUInt64BE(0)));
  return offset + size;
}

async function restIsZero(file: Window, from: number): Promise<Spot | null> {
  for (let offset = from; offset < file.bytes;) {
    const piece = await file.at(offset, ZEROS.length);
    if (piece.length === 0) break;
    if (!isZero(piece)) return { offset: from, what: 'zeros, and after them more chunks' };
    offset += piece.length;
  }
  return null;
}

/** At the speed of memory: most of a file that was allocated in advance is zeros. At most as long as ZEROS. */
function isZero(bytes: Uint8Array): boolean {
  return ZEROS.compare(bytes, 0, bytes.length, 0, bytes.length) === 0;
}
