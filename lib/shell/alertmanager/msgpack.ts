/** Of MessagePack what memberlist writes its headers in. */
export type Packed = number | boolean | null | Buffer | Packed[] | Map<string, Packed>;

/** A header has none within another. */
const MOST_LEVELS = 16;

/** @throws RangeError where it is cut off or something else */
export function unpack(bytes: Buffer, at: number, depth = 0): { readonly value: Packed; readonly next: number } {
  if (depth > MOST_LEVELS) throw new RangeError('it is nested too deeply');
  const kind = bytes.readUInt8(at);
  if (kind < 0x80) return { value: kind, next: at + 1 };
  if (kind < 0x90) return mapOf(bytes, at + 1, kind & 0xf, depth);
  if (kind < 0xa0) return listOf(bytes, at + 1, kind & 0xf, depth);
  if (kind < 0xc0) return raw(bytes, at + 1, kind & 0x1f);
  if (kind >= 0xe0) return { value: kind - 0x100, next: at + 1 };
  return unpackLong(bytes, at + 1, kind, depth);
}

function unpackLong(bytes: Buffer, at: number, kind: number, depth: number): ReturnType<typeof unpack> {
  const sized = (size: number): number => bytes.readUIntBE(at, size);
  switch (kind) {
    case 0xc0:
      return { value: null, next: at };
    case 0xc2:
    case 0xc3:
      return { value: kind === 0xc3, next: at };
    case 0xc4:
    case 0xd9:
      return raw(bytes, at + 1, sized(1));
    case 0xc5:
    case 0xda:
      return raw(bytes, at + 2, sized(2));
    case 0xc6:
    case 0xdb:
      return raw(bytes, at + 4, sized(4));
    case 0xcc:
      return { value: sized(1), next: at + 1 };
    case 0xcd:
      return { value: sized(2), next: at + 2 };
    case 0xce:
      return { value: sized(4), next: at + 4 };
    case 0xcf:
      return { value: Number(bytes.readBigUInt64BE(at)), next: at + 8 };
    case 0xd0:
      return { value: bytes.readInt8(at), next: at + 1 };
    case 0xd1:
      return { value: bytes.readInt16BE(at), next: at + 2 };
    case 0xd2:
      return { value: bytes.readInt32BE(at), next: at + 4 };
    case 0xd3:
      return { value: Number(bytes.readBigInt64BE(at)), next: at + 8 };
    case 0xdc:
      return listOf(bytes, at + 2, sized(2), depth);
    case 0xde:
      return mapOf(bytes, at + 2, sized(2), depth);
    default:
      throw new RangeError(`0x${kind.toString(16)} begins nothing that is expected`);
  }
}

function raw(bytes: Buffer, at: number, length: number): { value: Buffer; next: number } {
  if (at + length > bytes.length) throw new RangeError('it is cut off');
  return { value: bytes.subarray(at, at + length), next: at + length };
}

function listOf(bytes: Buffer, at: number, length: number, depth: number): { value: Packed[]; next: number } {
  const value: Packed[] = [];
  let next = at;
  for (let i = 0; i < length; i += 1) {
    const item = unpack(bytes, next, depth + 1);
    value.push(item.value);
    next = item.next;
  }
  return { value, next };
}

function mapOf(bytes: Buffer, at: number, length: number, depth: number): { value: Map<string, Packed>; next: number } {
  const value = new Map<string, Packed>();
  let next = at;
  for (let i = 0; i < length; i += 1) {
    const key = unpack(bytes, next, depth + 1);
    const item = unpack(bytes, key.next, depth + 1);
    value.set(String(key.value), item.value);
    next = item.next;
  }
  return { value, next };
}

/** A header with numbers and flags. */
export function packed(header: Readonly<Record<string, number | boolean>>): Buffer {
  const parts = Object.entries(header).map(([name, value]) => {
    const said = Buffer.alloc(
      typeof value === 'number' ? 5 : 1,
      typeof value === 'number' ? 0xce : value ? 0xc3 : 0xc2,
    );
    if (typeof value === 'number') said.writeUInt32BE(value, 1);
    return Buffer.concat([Buffer.of(0xa0 | name.length), Buffer.from(name), said]);
  });
  return Buffer.concat([Buffer.of(0x80 | parts.length), ...parts]);
}
