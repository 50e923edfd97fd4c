/** Castagnoli's polynomial, reflected: the one that Prometheus uses everywhere. */
const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;
const T = tables();

/**
 * CRC32C of bytes[from, to), as an unsigned integer; `before` continues a sum over what came earlier.
 * Eight bytes at a time ("slicing-by-8"): about 1 GB/s, no native module, no copy.
 */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length, before = 0): number {
  let c = ~before;
  let i = from;
  for (; i + 8 <= to; i += 8) {
    const x = c ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    c =
      T[1792 + (x & 255)]! ^
      T[1536 + ((x >>> 8) & 255)]! ^
      T[1280 + ((x >>> 16) & 255)]! ^
      T[1024 + (x >>> 24)]! ^
      T[768 + bytes[i + 4]!]! ^
      T[512 + bytes[i + 5]!]! ^
      T[256 + bytes[i + 6]!]! ^
      T[bytes[i + 7]!]!;
  }
  for (; i < to; i += 1) c = (c >>> 8) ^ T[(c ^ bytes[i]!) & 255]!;
  return ~c >>> 0;
}

/** Table k, from k × 256 on, is the sum of a byte that k zero bytes follow. */
function tables(): Int32Array {
  const t = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let c = byte;
    for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? (c >>> 1) ^ POLYNOMIAL : c >>> 1;
    t[byte] = c;
  }
  for (let i = 256; i < t.length; i += 1) t[i] = (t[i - 256]! >>> 8) ^ t[t[i - 256]! & 255]!;
  return t;
}
