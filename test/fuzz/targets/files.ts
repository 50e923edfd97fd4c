import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { snappyCompress } from 'hysnappy';
import { dropLostMarkers } from '../../../agent/tsdb/late-markers';
import { scanHeadChunks } from '../../../agent/tsdb/scan/head-chunks';
import { scanSegment, SNAPPY } from '../../../agent/tsdb/scan/segment';
import { scanIndex } from '../../../lib/shell/tsdb/block-index';
import { scanBlock } from '../../../lib/shell/tsdb/block';
import { crc32c } from '../../../lib/shell/tsdb/crc32c';
import { Pace } from '../../../lib/shell/tsdb/pace';
import { reading, type Window } from '../../../lib/shell/tsdb/window';
import { nastyBytes, nastyJson } from '../nasty';
import { bytesTarget, textTarget, type FuzzInput, type FuzzTarget } from '../target';

const ULID = '01H000000000000000000000AA';
const UNPACED = new Pace({ bytesPerSecond: Infinity });

/** A directory for the whole run of a thread. */
let made: string | null = null;
function directory(): string {
  if (made === null) {
    const dir = (made = mkdtempSync(join(tmpdir(), 'promha-fuzz-')));
    process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  }
  return made;
}

function file(path: string, content: FuzzInput): string {
  const at = join(directory(), path);
  mkdirSync(join(at, '..'), { recursive: true });
  writeFileSync(at, content);
  return at;
}

const be = (value: number, bytes: 2 | 4 | 8): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt.asUintN(64, BigInt(value)));
  return buffer.subarray(8 - bytes);
};
const sum = (bytes: Uint8Array): Buffer => be(crc32c(bytes), 4);

/** A record of a WAL, in one fragment. */
const record = (payload: Uint8Array, flags = 0): Buffer =>
  Buffer.concat([Buffer.from([1 | flags]), be(payload.length, 2), sum(payload), payload]);
const payload = fc
  .tuple(fc.constantFrom(1, 2, 3, 5, 6, 9), fc.uint8Array({ maxLength: 40 }))
  .map(([type, rest]) => Uint8Array.from([type, ...rest]));
const segment = fc
  .array(
    fc.tuple(payload, fc.boolean()).map(([p, packed]) => (packed ? record(snappyCompress(p), SNAPPY) : record(p))),
    { maxLength: 6 },
  )
  .map((records) => Uint8Array.from(Buffer.concat(records)));

const someNumber = fc.oneof(fc.nat(200), fc.constantFrom(0, 2 ** 31, 2 ** 32, 2 ** 40, 2 ** 52));
const headChunk = fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 30 })).map(([reference, data]) => {
  const body = Buffer.concat([be(reference, 8), be(0, 8), be(1, 8), Buffer.from([1, data.length]), data]);
  return Buffer.concat([body, sum(body)]);
});
const headChunks = fc
  .array(headChunk, { maxLength: 4 })
  .map((chunks) => Uint8Array.from(Buffer.concat([Buffer.from('0130bc9101000000', 'hex'), ...chunks])));

/** Header, something, and a table of contents that points somewhere. */
const index = fc
  .tuple(fc.uint8Array({ maxLength: 120 }), fc.array(someNumber, { minLength: 6, maxLength: 6 }))
  .map(([body, offsets]) => {
    const contents = Buffer.concat(offsets.map((offset) => be(offset, 8)));
    return Uint8Array.from(Buffer.concat([Buffer.from('baaad70002', 'hex'), body, contents, sum(contents)]));
  });
const chunks = fc
  .array(
    fc.uint8Array({ maxLength: 30 }).map((data) => {
      const body = Buffer.concat([Buffer.from([1]), data]);
      return Buffer.concat([Buffer.from([data.length]), body, sum(body)]);
    }),
    { maxLength: 4 },
  )
  .map((all) => Uint8Array.from(Buffer.concat([Buffer.from('85bd40dd01000000', 'hex'), ...all])));

const scanned = (
  name: string,
  valid: fc.Arbitrary<Uint8Array>,
  scan: (window: Window) => Promise<unknown>,
): FuzzTarget =>
  bytesTarget(name, nastyBytes(valid), async (bytes) => {
    await reading(file('one', bytes), UNPACED, scan);
  });

/** Of a block whose other files are not there. */
const inBlock = async (path: string, content: FuzzInput): Promise<void> => {
  rmSync(join(directory(), ULID), { recursive: true, force: true });
  file(join(ULID, path), content);
  const seen = await scanBlock(directory(), ULID, true, UNPACED);
  if (seen === null) throw new Error('it is taken for gone');
};

const META = {
  version: 1,
  ulid: ULID,
  minTime: 0,
  maxTime: 1,
  compaction: { sources: [ULID], parents: [{ ulid: ULID }], deletable: false },
};

export const FILE_TARGETS: readonly FuzzTarget[] = [
  scanned('WAL segment', segment, (window) => scanSegment(window)),
  scanned('head chunks', headChunks, (window) => scanHeadChunks(window)),
  scanned('index', index, (window) => scanIndex(window, true)),
  bytesTarget('chunks of a block', nastyBytes(chunks), (bytes) => inBlock('chunks/000001', bytes)),
  bytesTarget('tombstones', nastyBytes(fc.constant(Buffer.from('0130ba300100000000', 'hex'))), (bytes) =>
    inBlock('tombstones', bytes),
  ),
  textTarget('meta.json', nastyJson(fc.constant(META)), (text) => inBlock('meta.json', text)),
  bytesTarget('late markers', nastyBytes(segment), async (bytes) => {
    file('late/wbl/00000000', bytes);
    file('late/chunks_head/000001', Buffer.from('0130bc9101000000', 'hex'));
    await dropLostMarkers(join(directory(), 'late'), join(directory(), 'scratch'), UNPACED);
  }),
];
