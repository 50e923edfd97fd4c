import type { Spot } from '../../../lib/core/tsdb/seen';
import { crc32c } from '../../../lib/shell/tsdb/crc32c';
import type { Window } from '../../../lib/shell/tsdb/window';

export const WAL_PAGE_BYTES = 32 * 1024;
export const HEADER = 7;
/** More than a person or a repair needs to know of one file. */
const MOST_SPOTS = 20;

/** The low three bits of a fragment's first byte. */
export const FRAGMENT = { pageEnd: 0, full: 1, first: 2, middle: 3, last: 4 } as const;
/** In a fragment's first byte: how its record is compressed. */
export const SNAPPY = 8;
export const ZSTD = 16;
/** Record types so far are below 16; what is beyond this is no record, but something else read as one. */
const HIGHEST_RECORD_TYPE = 63;

export interface SegmentScan {
  readonly spots: readonly Spot[];
  readonly tornAt: number | null;
  readonly zerosFrom: number | null;
  readonly records: number;
}

/** A fragment's first byte and payload; the payload is only valid during the call. */
export type Fragment = { readonly head: number; readonly payload: Uint8Array };

/** Sees every whole, valid record, fragment by fragment; `end` after the last fragment of each. */
export interface RecordSink {
  fragment(fragment: Fragment): void;
  end(): Promise<void>;
  /** Forgets the fragments since the last `end`. */
  drop(): void;
}

/**
 * Reads a segment as Prometheus does (tsdb/wlog/reader.go), but goes on after corruption: with the next
 * fragment when only this one's bytes are wrong, else with the next page. A record whose end is cut off by
 * the end of the file is reported apart, because a WAL that is being written looks like that for a moment.
 */
export async function scanSegment(file: Window, sink?: RecordSink): Promise<SegmentScan> {
  const scan = new Scan(sink);
  for (let page = 0; page < file.bytes; page += WAL_PAGE_BYTES)
    await scan.page(await file.at(page, WAL_PAGE_BYTES), page, file.bytes);
  return scan.result();
}

class Scan {
  private readonly spots: Spot[] = [];
  private records = 0;
  /** Where the record began of which fragments were read but not the last one. */
  private openSince: number | null = null;
  /** Fragments of a corrupted record still follow. */
  private broken = false;
  private tornAt: number | null = null;
  private zerosFrom: number | null = null;

  constructor(private readonly sink?: RecordSink) {}

  result(): SegmentScan {
    const { spots, records, zerosFrom } = this;
    return { spots, records, zerosFrom, tornAt: this.tornAt ?? this.openSince };
  }

  async page(page: Buffer, offset: number, fileBytes: number): Promise<void> {
    // Prometheus never writes a page without a record in it.
    if (page[0] === FRAGMENT.pageEnd) {
      if (page.some((byte) => byte !== 0)) this.corrupted(offset, 'a page begins with a zero, yet is not empty');
      else this.zerosFrom ??= offset;
      return;
    }
    if (this.zerosFrom !== null) this.corrupted(this.zerosFrom, `${offset - this.zerosFrom} bytes of zeros`);
    this.zerosFrom = null;

    const endOfFile = offset + page.length === fileBytes && page.length < WAL_PAGE_BYTES;
    for (let i = 0; i < page.length;) {
      const head = page[i]!;
      if ((head & 7) === FRAGMENT.pageEnd) {
        if (!isZero(page, i + 1)) this.corrupted(offset + i, 'what should be padding is not zero');
        return;
      }
      if (i + HEADER > page.length) return this.cut(offset + i, endOfFile);
      const length = page.readUInt16BE(i + 1);
      const end = i + HEADER + length;
      if (end > WAL_PAGE_BYTES)
        return this.corrupted(offset + i, `a record's length (${length}) reaches beyond its page`);
      if (end > page.length) return this.cut(offset + i, endOfFile);
      if (crc32c(page, i + HEADER, end) === page.readUInt32BE(i + 3)) {
        await this.fragment(head, page.subarray(i + HEADER, end), offset + i);
      } else {
        this.corrupted(offset + i, 'the checksum of a record does not match');
        if (!plausible(page, end)) return;
      }
      i = end;
    }
  }

  private async fragment(head: number, payload: Buffer, at: number): Promise<void> {
    const type = head & 7;
    const begins = type === FRAGMENT.full || type === FRAGMENT.first;
    if (type > FRAGMENT.last) return this.corrupted(at, `no such kind of fragment: ${type}`);
    if (begins && this.openSince !== null) this.corrupted(this.openSince, 'a record has no end');
    if (!begins && this.openSince === null) {
      // The rest of a record whose beginning was corrupted is not another corruption.
      if (!this.broken) this.corrupted(at, 'a record has no beginning');
      if (type === FRAGMENT.last) this.broken = false;
      return;
    }
    this.broken = false;
    if (begins) {
      if (!looksLikeRecord(head, payload)) return this.corrupted(at, 'a record is not compressed as it says');
      this.openSince = at;
    }
    this.sink?.fragment({ head, payload });
    if (type === FRAGMENT.first || type === FRAGMENT.middle) return;
    this.openSince = null;
    this.records += 1;
    await this.sink?.end();
  }

  private cut(at: number, endOfFile: boolean): void {
    if (endOfFile) this.tornAt = this.openSince ?? at;
    else this.corrupted(at, 'a record does not fit into its page');
  }

  private corrupted(offset: number, what: string): void {
    if (this.spots.length < MOST_SPOTS) this.spots.push({ offset, what });
    if (this.openSince !== null) this.sink?.drop();
    this.openSince = null;
    this.broken = true;
  }
}

/** Whether the fragment at `i` is whole and valid, or the page ends there as it should. */
function plausible(page: Buffer, i: number): boolean {
  if (i === page.length) return true;
  if (page[i] === FRAGMENT.pageEnd) return isZero(page, i);
  if (i + HEADER > page.length) return false;
  const end = i + HEADER + page.readUInt16BE(i + 1);
  return end <= page.length && crc32c(page, i + HEADER, end) === page.readUInt32BE(i + 3);
}

/** The flags are not part of the checksum; a wrong one makes Prometheus discard all that follows. */
function looksLikeRecord(head: number, payload: Buffer): boolean {
  if ((head & SNAPPY) !== 0) {
    let i = 0;
    while (i < payload.length && payload[i]! >= 0x80) i += 1;
    return i < 5 && (payload.length <= i + 1 || (payload[i + 1]! & 3) === 0);
  }
  if ((head & ZSTD) !== 0) return payload.length < 4 || payload.readUInt32LE(0) === 0xfd2fb528;
  return payload.length === 0 || payload[0]! <= HIGHEST_RECORD_TYPE;
}

function isZero(page: Buffer, from: number): boolean {
  for (let i = from; i < page.length; i += 1) if (page[i] !== 0) return false;
  return true;
}
