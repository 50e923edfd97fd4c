/**
 * Of Prometheus's remote read and write the few messages that are needed (prompb/remote.proto, prompb/types.proto).
 * Samples are handed on byte by byte: a staleness marker is a NaN with a payload, which a JavaScript number may lose,
 * and a native histogram needs no understanding.
 */
export interface WireSeries {
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** Ms since the Unix epoch, ascending. */
  readonly times: readonly number[];
  /** The bytes of each sample or histogram as a field of its series; empty where only times were asked for. */
  readonly points: readonly Buffer[];
}

export interface Matcher {
  readonly name: string;
  readonly is: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const MATCHER_TYPES: Readonly<Record<Matcher['is'], number>> = { '=': 0, '!=': 1, '=~': 2, '!~': 3 };
/** Fields of TimeSeries. */
const SERIES = { label: 1, sample: 2, histogram: 4 } as const;
const SAMPLE_TIME = 2;
const HISTOGRAM_TIME = 15;

export function encodeRead(from: number, to: number, matchers: readonly Matcher[]): Buffer {
  const query = Buffer.concat([
    number(1, from),
    number(2, to),
    ...matchers.map(({ name, is, value }) =>
      field(
        3,
        Buffer.concat([number(1, MATCHER_TYPES[is]), field(2, Buffer.from(name)), field(3, Buffer.from(value))]),
      ),
    ),
  ]);
  return field(1, query);
}

export function encodeSeries({ labels, points }: Pick<WireSeries, 'labels' | 'points'>): Buffer {
  const encoded = labels.map(([name, value]) =>
    field(SERIES.label, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])),
  );
  return field(1, Buffer.concat([...encoded, ...points]));
}

/** A ReadResponse to one query. @throws RangeError when the bytes end too early */
export function decodeRead(bytes: Buffer, wanted: 'times' | 'points'): WireSeries[] {
  const series: WireSeries[] = [];
  each(bytes, 0, bytes.length, (result, from, to) => {
    if (result !== 1) return;
    each(bytes, from, to, (one, start, end) => {
      if (one === 1) series.push(decodeSeries(bytes, start, end, wanted));
    });
  });
  return series;
}

function decodeSeries(bytes: Buffer, start: number, end: number, wanted: 'times' | 'points'): WireSeries {
  const labels: [string, string][] = [];
  const times: number[] = [];
  const points: Buffer[] = [];
  each(bytes, start, end, (kind, from, to, fieldStart) => {
    if (kind === SERIES.label) labels.push(decodeLabel(bytes, from, to));
    if (kind !== SERIES.sample && kind !== SERIES.histogram) return;
    times.push(timeOf(bytes, from, to, kind === SERIES.sample ? SAMPLE_TIME : HISTOGRAM_TIME));
    if (wanted === 'points') points.push(bytes.subarray(fieldStart, to));
  });
  return { labels, times, points };
}

function decodeLabel(bytes: Buffer, start: number, end: number): [string, string] {
  const text: [string, string] = ['', ''];
  each(bytes, start, end, (part, from, to) => {
    if (part === 1 || part === 2) text[part - 1] = bytes.toString('utf8', from, to);
  });
  return text;
}

function timeOf(bytes: Buffer, start: number, end: number, wanted: number): number {
  let at = start;
  while (at < end) {
    const key = varint(bytes, at);
    at = position;
    const type = key & 7;
    if (type === VARINT) {
      const value = varint(bytes, at);
      at = position;
      if (key >>> 3 === wanted) return value;
    } else at = skip(bytes, at, type);
  }
  throw new RangeError('a sample has no time');
}

/** Every field that has bytes: its number, where they begin and end, and where the field itself begins. */
function each(
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

function skip(bytes: Buffer, at: number, type: number): number {
  if (type === FIXED64) return at + 8;
  if (type === FIXED32) return at + 4;
  if (type !== VARINT && type !== BYTES) throw new RangeError(`no such kind of field: ${type}`);
  const value = varint(bytes, at);
  return type === VARINT ? position : position + value;
}

/** Where the last varint ended; of millions of samples no object is made for each. */
let position = 0;

function varint(bytes: Buffer, at: number): number {
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

function field(index: number, bytes: Buffer): Buffer {
  return Buffer.concat([encodeVarint((index << 3) | BYTES), encodeVarint(bytes.length), bytes]);
}

function number(index: number, value: number): Buffer {
  return Buffer.concat([encodeVarint(index << 3), encodeVarint(value)]);
}

function encodeVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.round(value);
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}
