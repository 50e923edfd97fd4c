import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32c } from '../../../../lib/shell/tsdb/crc32c';
import { Pace } from '../../../../lib/shell/tsdb/pace';
import { rewriteSegment } from '../../../../agent/tsdb/rewrite-segment';
import { WAL_PAGE_BYTES, scanSegment, type SegmentScan } from '../../../../agent/tsdb/scan/segment';
import { reading } from '../../../../lib/shell/tsdb/window';

const pace = new Pace({ bytesPerSecond: 1e12 });
let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'promha-segment-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const FULL = 1;
const FIRST = 2;
const LAST = 4;

/** A fragment as Prometheus writes it: kind and flags, length, checksum, payload. */
function fragment(head: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(7);
  header[0] = head;
  header.writeUInt16BE(payload.length, 1);
  header.writeUInt32BE(crc32c(payload), 3);
  return Buffer.concat([header, payload]);
}

const record = (length: number, fill = 2): Buffer => fragment(FULL, Buffer.alloc(length, fill));
/** Zeros up to the end of the page. */
const page = (...fragments: Buffer[]): Buffer => {
  const content = Buffer.concat(fragments);
  return Buffer.concat([content, Buffer.alloc(WAL_PAGE_BYTES - content.length)]);
};

async function scan(...parts: Buffer[]): Promise<SegmentScan> {
  writeFileSync(join(dir, 'segment'), Buffer.concat(parts));
  return (await reading(join(dir, 'segment'), pace, (file) => scanSegment(file)))!;
}

test('the checksum is CRC32C', () => {
  // The check value of the polynomial's catalogue entry, and RFC 3720's for 32 zeros.
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.from('6789'), 0, 4, crc32c(Buffer.from('12345')))).toBe(0xe3069283);
});

describe('a segment as Prometheus writes it has no spot', () => {
  const whole = { spots: [], tornAt: null, zerosFrom: null };
  test('records, pages padded with zeros, a record in two pages', async () => {
    const filling = record(WAL_PAGE_BYTES - 7 - 107);
    const scanned = await scan(
      page(record(10), record(20)),
      filling,
      fragment(FIRST, Buffer.alloc(100, 2)),
      fragment(LAST, Buffer.alloc(50, 2)),
    );
    expect(scanned).toEqual({ ...whole, records: 4 });
  });
  test('compressed records', async () => {
    const snappy = Buffer.from([4, 3 << 2, 1, 2, 3, 4]);
    const zstd = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]);
    expect(await scan(fragment(FULL | 8, snappy), fragment(FULL | 16, zstd))).toEqual({ ...whole, records: 2 });
  });
  test('an empty one, and one whose page ends with six bytes of padding', async () => {
    expect(await scan()).toEqual({ ...whole, records: 0 });
    expect(await scan(page(record(WAL_PAGE_BYTES - 7 - 6)), record(1))).toEqual({ ...whole, records: 2 });
  });
});

describe('an end that is being written', () => {
  const torn = [
    ['half a header', Buffer.alloc(3, 1)],
    ['half a payload', record(100).subarray(0, 50)],
  ] as const;
  test.each(torn)('%s is a torn tail, no corruption', async (_, end) => {
    const first = record(10);
    expect(await scan(first, end)).toMatchObject({ spots: [], tornAt: first.length, records: 1 });
  });
  test('the first fragment of a record without its last', async () => {
    const filling = record(WAL_PAGE_BYTES - 7 - 107);
    const scanned = await scan(filling, fragment(FIRST, Buffer.alloc(100, 2)));
    expect(scanned).toMatchObject({ spots: [], tornAt: filling.length, records: 1 });
  });
  test('pages of zeros at the end are told apart: no record is in them', async () => {
    expect(await scan(page(record(10)), Buffer.alloc(2 * WAL_PAGE_BYTES))).toMatchObject({
      spots: [],
      zerosFrom: WAL_PAGE_BYTES,
    });
  });
});

describe('corruption', () => {
  const flipped = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at]! ^= 0xff;
    return copy;
  };
  test('a flipped byte costs its record and no other', async () => {
    const scanned = await scan(record(10), flipped(record(20), 12), record(30));
    expect(scanned.spots).toEqual([{ offset: 17, what: 'the checksum of a record does not match' }]);
    expect(scanned.records).toBe(2);
  });
  test('a flipped length costs the rest of the page', async () => {
    const scanned = await scan(page(record(10), flipped(record(20), 1), record(30)), record(40));
    expect(scanned.spots).toHaveLength(1);
    expect(scanned.records).toBe(2);
  });
  test.each([
    ['a flipped flag of compression', [fragment(FULL | 8, Buffer.alloc(10, 0xff))], 'not compressed as it says'],
    ['padding that is not zero', [flipped(page(record(10)), 500)], 'padding'],
    ['a zeroed page between records', [page(record(10)), Buffer.alloc(WAL_PAGE_BYTES), record(10)], 'bytes of zeros'],
    ['the end of a record without a beginning', [fragment(LAST, Buffer.alloc(5, 2))], 'no beginning'],
    ['a beginning without an end', [fragment(FIRST, Buffer.alloc(5, 2)), record(1)], 'no end'],
    ['no such kind of fragment', [fragment(7, Buffer.alloc(5, 2))], 'no such kind'],
  ])('%s', async (_, parts, what) => {
    expect((await scan(...parts)).spots).toEqual([expect.objectContaining({ what: expect.stringContaining(what) })]);
  });
  test('is left out of a rewritten segment, and all else is in it', async () => {
    const big = Buffer.alloc(3 * WAL_PAGE_BYTES, 2);
    const inTwoPages = [
      record(WAL_PAGE_BYTES - 7 - 107),
      fragment(FIRST, big.subarray(0, 100)),
      fragment(3, big.subarray(0, WAL_PAGE_BYTES - 7)),
      fragment(LAST, big.subarray(0, 9)),
    ];
    const before = await scan(...inTwoPages, flipped(record(20), 12), record(30));
    expect(before.records).toBe(3);
    await rewriteSegment(join(dir, 'segment'), join(dir, 'rewritten'), pace);
    const after = await reading(join(dir, 'rewritten'), pace, (file) => scanSegment(file));
    expect(after).toEqual({ spots: [], tornAt: null, zerosFrom: null, records: 3 });
  });
});
