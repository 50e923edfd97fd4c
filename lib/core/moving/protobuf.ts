/** Of Protocol Buffers what Alertmanagers tell each other in. Numbers are bigint: hashes have 64 bits. */

export interface Field {
  readonly number: number;
  /** A varintOf, 0; 8 bytes, 1; bytes, a text or a message, 2; 4 bytes, 5. */
  readonly wire: number;
  readonly value: bigint;
  /** What is in it; of a number nothing. */
  readonly bytes: Uint8Array;
  /** All of it, to be passed on as it is. */
  readonly whole: Uint8Array;
}

const VARINT = 0;
const BYTES = 2;
const FIXED: ReadonlyMap<number, number> = new Map([
  [1, 8],
  [5, 4],
]);

/** Each is an object here: more than any log has would fill the memory. */
const MOST_PARTS = 2_000_000;

/** @throws RangeError where it is cut off or no message, or of too many parts */
export function fieldsOf(message: Uint8Array): Field[] {
  const found: Field[] = [];
  for (let at = 0; at < message.length;) {
    const key = varintAt(message, at);
    const number = Number(key.value >> 3n);
    const wire = Number(key.value & 7n);
    const fixed = FIXED.get(wire);
    if (number === 0 || (fixed === undefined && wire !== VARINT && wire !== BYTES))
      throw new RangeError(`no such field: ${number} of kind ${wire}`);
    const said = fixed === undefined ? varintAt(message, key.next) : { value: 0n, next: key.next };
    const end = wire === BYTES ? said.next + Number(said.value) : said.next + (fixed ?? 0);
    if (end > message.length) throw new RangeError('a message ends in the middle of a field');
    const bytes = wire === BYTES ? message.subarray(said.next, end) : new Uint8Array();
    if (found.length === MOST_PARTS) throw new RangeError(`more than ${MOST_PARTS} fields`);
    found.push({ number, wire, value: said.value, bytes, whole: message.subarray(at, end) });
    at = end;
  }
  return found;
}

export function varintAt(bytes: Uint8Array, at: number): { readonly value: bigint; readonly next: number } {
  let value = 0n;
  for (let i = 0; i < 10; i += 1) {
    const byte = bytes[at + i];
    if (byte === undefined) throw new RangeError('a message ends in the middle of a number');
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), next: at + i + 1 };
  }
  throw new RangeError('a number of more than 64 bits');
}

export function varintOf(value: bigint | number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(rest)]);
}

export function bytesField(number: number, bytes: Uint8Array): Uint8Array {
  return concatenated([varintOf((number << 3) | BYTES), varintOf(bytes.length), bytes]);
}

/** A repeated number, as it is written since proto3: all in one field. Nothing of none. */
export function numbersField(number: number, values: readonly bigint[]): Uint8Array {
  return values.length === 0 ? new Uint8Array() : bytesField(number, concatenated(values.map(varintOf)));
}

/** A repeated number, in either form that it may have. */
export function numbersIn(fields: readonly Field[], number: number): bigint[] {
  return fields
    .filter((field) => field.number === number)
    .flatMap(({ wire, value, bytes }) => {
      if (wire !== BYTES) return [value];
      const values: bigint[] = [];
      for (let at = 0; at < bytes.length;) {
        const one = varintAt(bytes, at);
        if (values.length === MOST_PARTS) throw new RangeError(`more than ${MOST_PARTS} numbers`);
        values.push(one.value);
        at = one.next;
      }
      return values;
    });
}

export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
