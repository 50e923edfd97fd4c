import * as fc from 'fast-check';
import { snappyCompress } from 'hysnappy';
import { unpacked } from '../../../../agent/base/snappy';

const MOST = 100_000;
const packed = (bytes: Uint8Array): Uint8Array => snappyCompress(bytes);

test('what was packed comes back', () => {
  const bytes = fc
    .array(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 0, max: 20_000 }).map((n) => new Uint8Array(n)),
      ),
    )
    .map((parts) => Buffer.concat(parts));
  fc.assert(
    fc.property(bytes, (plain) => {
      fc.pre(plain.length <= MOST);
      expect(unpacked(packed(plain), MOST).equals(plain)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('six bytes that hang another decoder are refused', () => {
  expect(() => unpacked(Buffer.from('00fcfaffffff', 'hex'), MOST)).toThrow('cannot be unpacked');
});

test.each([
  ['nothing', '', 'does not begin with a length'],
  ['a length without an end', 'ffffffffff', 'does not begin with a length'],
  ['a length of 4 GiB', 'ffffffff0f', 'of at most 100000'],
  ['a literal beyond the end', '0af0ff', 'cannot be unpacked'],
  ['a copy of what is not there', '0a0900', 'cannot be unpacked'],
])('%s is refused', (_, hex, because) => {
  expect(() => unpacked(Buffer.from(hex, 'hex'), MOST)).toThrow(because);
});

/** Bytes of the real thing, of which some were changed, and bytes of nothing. */
const wrong = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .tuple(fc.uint8Array({ maxLength: 200 }), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
    .map(([plain, changes]) => {
      const bytes = Buffer.from(packed(Buffer.concat([plain, Buffer.alloc(500)])));
      for (const [at, to] of changes) bytes[at % bytes.length] = to;
      return bytes;
    }),
);

test('whatever the bytes are, the answer is at most as long as asked for, or an error', () => {
  fc.assert(
    fc.property(wrong, (bytes) => {
      try {
        expect(unpacked(bytes, MOST).length).toBeLessThanOrEqual(MOST);
      } catch (error) {
        expect((error as Error).message).toMatch(/^Snappy: /);
      }
    }),
    { numRuns: 2_000 },
  );
}, 60_000);
