/** Of Protocol Buffers what remote read and write are made of. */
export const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Where the last varint ended; of millions of samples no object is made for each. */
export let position = 0;

/** Every field that has bytes: its number, where they begin and end, and where the field itself begins. */
export function each(
  bytes: Buffer,
  start: number,
  end: number,
  take: (field: number, from: number, to: number, fieldStart: number) => void,
): void {
  let at = start;
  while (at < end) {
    const fieldStart = at;
    const key = varint(bytes, at);
    at = position;
    if ((key & 7) === BYTES) {
      const length = varint(bytes, at);
      const from = position;
      at = from + length;
      if (at > end) throw new RangeError('a message ends in the middle of a field');
      take(key >>> 3, from, at, fieldStart);
    } else at = skip(bytes, at, key & 7);
  }
}

export function skip(bytes: Buffer, at: number, type: number): number {
  if (type === FIXED64) return at + 8;
  if (type === FIXED32) return at + 4;
  if (type !== VARINT && type !== BYTES) throw new RangeError(`no such kind of field: ${type}`);
  const value = varint(bytes, at);
  return type === VARINT ? position : position + value;
}

export function varint(bytes: Buffer, at: number): number {
  let value = 0;
  let scale = 1;
  for (let i = at; i < bytes.length; i += 1) {
    const byte = bytes[i]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      position = i + 1;
      return value;
    }
    scale *= 128;
  }
  throw new RangeError('a message ends in the middle of a number');
}

export function field(index: number, bytes: Buffer): Buffer {
  return Buffer.concat([encodeVarint((index << 3) | BYTES), encodeVarint(bytes.length), bytes]);
}

export function numberField(index: number, value: number): Buffer {
  return Buffer.concat([encodeVarint(index << 3), encodeVarint(value)]);
}

function encodeVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.round(value);
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}
