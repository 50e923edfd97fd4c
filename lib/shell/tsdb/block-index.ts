import type { Spot } from '../../core/tsdb/seen';
import { crc32c } from './crc32c';
import { uvarint } from './varint';
import type { Window } from './window';

const MAGIC = 0xbaaad700;
const VERSIONS = [1, 2, 3];
const HEADER = 5;
const CRC = 4;
/** Six offsets and a checksum, at the end of the file. */
const TOC = 6 * 8 + CRC;
const SERIES_ALIGNMENT = 16;
const LIST_ALIGNMENT = 4;
const PIECE = 128 * 1024;

/** Offsets of an index's sections; 0 for one that it does not have. */
interface Contents {
  readonly symbols: number;
  readonly series: number;
  readonly labelIndices: number;
  readonly labelIndicesTable: number;
  readonly postings: number;
  readonly postingsTable: number;
}

type IndexSpot = Spot & { readonly part: 'index' | 'index-entry' };

/**
 * Reads what Prometheus verifies when it opens a block: header, table of contents, symbols, table of
 * postings. `deep`: every series and every list of postings too, of which only queries notice corruption.
 */
export async function scanIndex(file: Window, deep: boolean): Promise<IndexSpot[]> {
  const fatal = (offset: number, what: string): IndexSpot[] => [{ offset, what, part: 'index' }];
  const head = await file.at(0, HEADER);
  if (head.length < HEADER) return fatal(0, 'the index is too short');
  if (head.readUInt32BE(0) !== MAGIC) return fatal(0, 'the magic number of the index is wrong');
  if (!VERSIONS.includes(head[4]!)) return fatal(4, `no such version of an index: ${head[4]}`);
  const contents = await readContents(file);
  if (contents === null) return fatal(file.bytes - TOC, 'the checksum of the table of contents does not match');
  for (const [offset, name] of [
    [contents.symbols, 'symbols'],
    [contents.postingsTable, 'table of postings'],
  ] as const) {
    if ((await listEnd(file, offset)) === null) return fatal(offset, `the checksum of the ${name} does not match`);
  }
  return deep ? deepSpots(file, contents) : [];
}

async function readContents(file: Window): Promise<Contents | null> {
  if (file.bytes < HEADER + TOC) return null;
  const toc = await file.at(file.bytes - TOC, TOC);
  if (toc.length < TOC || crc32c(toc, 0, TOC - CRC) !== toc.readUInt32BE(TOC - CRC)) return null;
  const [symbols, series, labelIndices, labelIndicesTable, postings, postingsTable] = Array.from(
    { length: 6 },
    (_, i) => Number(toc.readBigUInt64BE(i * 8)),
  ) as [number, number, number, number, number, number];
  return { symbols, series, labelIndices, labelIndicesTable, postings, postingsTable };
}

async function deepSpots(file: Window, c: Contents): Promise<IndexSpot[]> {
  const sections = [c.symbols, c.labelIndices, c.labelIndicesTable, c.postings, c.postingsTable];
  const after = (offset: number): number => Math.min(file.bytes - TOC, ...sections.filter((s) => s > offset));
  const spot = (offset: number, what: string): IndexSpot => ({ offset, what, part: 'index-entry' });
  for (let at = c.series, end = after(c.series); at < end;) {
    const next = await seriesEnd(file, at, end);
    if (next === null) return [spot(at, 'the checksum of a series does not match')];
    at = next;
  }
  if (c.postings === 0) return [];
  for (let at = align(c.postings, LIST_ALIGNMENT), end = after(c.postings); at < end;) {
    const next = await listEnd(file, at);
    if (next === null || next > end) return [spot(at, 'the checksum of a list of postings does not match')];
    at = align(next, LIST_ALIGNMENT);
  }
  return [];
}

/** Where the series at or after `at` ends, or `end` when none follows; null for a corrupted one. */
async function seriesEnd(file: Window, at: number, end: number): Promise<number | null> {
  const offset = align(at, SERIES_ALIGNMENT);
  if (offset >= end) return end;
  const length = uvarint(await file.at(offset, 5), 0);
  if (length === null || offset + length.bytes + length.value + CRC > end) return null;
  // Only padding can be zero: a series has labels.
  if (length.value === 0) return offset + SERIES_ALIGNMENT;
  const from = offset + length.bytes;
  const bytes = await file.at(from, length.value + CRC);
  const good =
    bytes.length === length.value + CRC && crc32c(bytes, 0, length.value) === bytes.readUInt32BE(length.value);
  return good ? from + length.value + CRC : null;
}

/** Where a section of the form length (4 bytes), content, checksum ends; null when it is corrupted. */
async function listEnd(file: Window, offset: number): Promise<number | null> {
  const head = await file.at(offset, 4);
  if (head.length < 4) return null;
  const end = offset + 4 + head.readUInt32BE(0);
  if (end + CRC > file.bytes) return null;
  let sum = 0;
  for (let at = offset + 4; at < end; at += PIECE) {
    const piece = await file.at(at, Math.min(PIECE, end - at));
    sum = crc32c(piece, 0, piece.length, sum);
  }
  const stored = await file.at(end, CRC);
  return stored.length === CRC && stored.readUInt32BE(0) === sum ? end + CRC : null;
}

function align(offset: number, to: number): number {
  return Math.ceil(offset / to) * to;
}
