import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropLostMarkers } from '../../../../agent/tsdb/late-markers';
import { crc32c } from '../../../../lib/shell/tsdb/crc32c';
import { Pace } from '../../../../lib/shell/tsdb/pace';

const XOR = 1;
const LATE = 0x80;
const HEADER = 8;

let tsdb: string;
beforeEach(() => {
  tsdb = mkdtempSync(join(tmpdir(), 'promha-markers-'));
  for (const name of ['wbl', 'chunks_head']) mkdirSync(join(tsdb, name));
});
afterEach(() => rmSync(tsdb, { recursive: true }));

const drop = (): Promise<string[]> =>
  dropLostMarkers(tsdb, join(tsdb, 'scrub', 'rewritten'), new Pace({ bytesPerSecond: Infinity }));

function chunk(series: number, encoding: number): Buffer {
  const body = Buffer.alloc(26 + 4);
  body.writeBigUInt64BE(BigInt(series), 0);
  body[24] = encoding;
  body[25] = 4;
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32c(body));
  return Buffer.concat([body, crc]);
}

function headChunks(index: number, chunks: readonly Buffer[]): void {
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(0x0130bc91);
  header[4] = 1;
  const name = String(index).padStart(6, '0');
  writeFileSync(join(tsdb, 'chunks_head', name), Buffer.concat([header, ...chunks, Buffer.alloc(4_096)]));
}

function record(payload: Buffer): Buffer {
  const head = Buffer.alloc(7);
  head[0] = 1;
  head.writeUInt16BE(payload.length, 1);
  head.writeUInt32BE(crc32c(payload), 3);
  return Buffer.concat([head, payload]);
}

const samples = (text: string): Buffer => record(Buffer.concat([Buffer.from([2]), Buffer.from(text)]));
function markers(...of: readonly (readonly [series: number, index: number, offset: number])[]): Buffer {
  const pairs = of.map(([series, index, offset]) => {
    const pair = Buffer.alloc(16);
    pair.writeBigUInt64BE(BigInt(series));
    pair.writeUInt32BE(index, 8);
    pair.writeUInt32BE(offset, 12);
    return pair;
  });
  return record(Buffer.concat([Buffer.from([5]), ...pairs]));
}

const segment = join('wbl', '00000000');
const write = (...records: readonly Buffer[]): void => writeFileSync(join(tsdb, segment), Buffer.concat(records));
const rest = (): Buffer => {
  const bytes = readFileSync(join(tsdb, segment));
  return bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
};
const late = chunk(7, XOR | LATE);
const next = HEADER + late.length;

test('a marker stays whose chunk of late samples is where it says', async () => {
  headChunks(3, [late, late]);
  write(samples('a'), markers([7, 3, HEADER], [7, 3, next]), samples('b'));
  expect(await drop()).toEqual([]);
});

const LOST: [string, readonly [number, number, number]][] = [
  ['of a file that is gone', [7, 4, HEADER]],
  ['beyond what was written', [7, 3, next + late.length]],
  ['of a place where another series has its chunk', [8, 3, HEADER]],
  ['of a place where no chunk begins', [7, 3, HEADER + 1]],
  ['of a place where the chunk is of samples in order', [9, 3, next]],
  ['that names no chunk', [7, 0, 0]],
];
test.each(LOST)('a marker goes %s, with those of its record, and nothing else', async (_, lost) => {
  headChunks(3, [late, chunk(9, XOR)]);
  write(samples('a'), markers([7, 3, HEADER]), samples('b'), markers([7, 3, HEADER], lost), samples('c'));
  expect(await drop()).toEqual([segment]);
  expect(rest()).toEqual(Buffer.concat([samples('a'), markers([7, 3, HEADER]), samples('b'), samples('c')]));
  expect(await drop()).toEqual([]);
});

test('a chunk whose bytes are wrong is none', async () => {
  const wrong = Buffer.from(late);
  wrong[27]! ^= 1;
  headChunks(3, [wrong]);
  write(markers([7, 3, HEADER]));
  expect(await drop()).toEqual([segment]);
});

test('without late samples there is nothing to do', async () => {
  rmSync(join(tsdb, 'wbl'), { recursive: true });
  expect(await drop()).toEqual([]);
});
