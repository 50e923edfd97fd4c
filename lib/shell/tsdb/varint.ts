const MOST = 5;

/** An unsigned varint at `at`; null when it is cut off or longer than any that is expected. */
export function uvarint(bytes: Uint8Array, at: number): { value: number; bytes: number } | null {
  let value = 0;
  for (let i = 0; i < MOST && at + i < bytes.length; i += 1) {
    const byte = bytes[at + i]!;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, bytes: i + 1 };
  }
  return null;
}
