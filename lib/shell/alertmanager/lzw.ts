const CLEAR = 256;
const END = 257;
const FIRST = 258;
const MOST_CODES = 4096;

/**
 * Undoes the compression of memberlist: LZW of 8 bits, least significant bit first, as Go's compress/lzw writes it.
 * @throws RangeError when it is none, or more than `most` bytes
 */
export function unLzw(packed: Uint8Array, most: number): Buffer {
  const out: Buffer[] = [];
  let size = 0;
  let table: Buffer[] = [];
  let before: Buffer | null = null;
  let width = 9;
  let bits = 0;
  let held = 0;
  const reset = (): void => {
    table = [];
    before = null;
    width = 9;
  };
  for (const byte of packed) {
    held |= byte << bits;
    bits += 8;
    if (bits < width) continue;
    const code = held & ((1 << width) - 1);
    held >>>= width;
    bits -= width;
    if (code === END) return Buffer.concat(out);
    if (code === CLEAR) {
      reset();
      continue;
    }
    const entry: Buffer | undefined = entryOf(code, table, before);
    if (entry === undefined) break;
    size += entry.length;
    if (size > most) throw new RangeError(`more than ${most} bytes`);
    out.push(entry);
    if (before !== null && FIRST + table.length < MOST_CODES) table.push(Buffer.concat([before, entry.subarray(0, 1)]));
    before = entry;
    // The code that the writer makes of this one, and of the next, are one ahead of those known here.
    if (FIRST + table.length >= 1 << width && width < 12) width += 1;
  }
  throw new RangeError('it is cut off, or not compressed so');
}

function entryOf(code: number, table: readonly Buffer[], before: Buffer | null): Buffer | undefined {
  if (code < CLEAR) return Buffer.of(code);
  const known = table[code - FIRST];
  if (known !== undefined) return known;
  // The one that is made right now: what was before, and its first byte again.
  return before !== null && code === FIRST + table.length ? Buffer.concat([before, before.subarray(0, 1)]) : undefined;
}
