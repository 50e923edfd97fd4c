import type { ScrapeGroup } from '../../lib/core/backfill/rhythm';
import { VARINT, each, skip, varint, field, numberField, position } from './protobuf';

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
/** Series of these jobs; none where all are meant. */
export function jobMatchers(jobs: ScrapeGroup['jobs']): Matcher[] {
  const [is, names] = 'only' in jobs ? (['=~', jobs.only] as const) : (['!~', jobs.without] as const);
  return names.length === 0 ? [] : [{ name: 'job', is, value: anyOf(names) }];
}

/** A regular expression of these texts and no others. */
export const anyOf = (texts: readonly string[]): string =>
  texts.map((text) => text.replaceAll(/[\\.*+?^${}()|[\]]/g, '\\$&')).join('|');

const MATCHER_TYPES: Readonly<Record<Matcher['is'], number>> = { '=': 0, '!=': 1, '=~': 2, '!~': 3 };
/** Fields of TimeSeries. */
const SERIES = { label: 1, sample: 2, histogram: 4 } as const;
const SAMPLE_TIME = 2;
const HISTOGRAM_TIME = 15;

export function encodeRead(from: number, to: number, matchers: readonly Matcher[]): Buffer {
  const query = Buffer.concat([
    numberField(1, from),
    numberField(2, to),
    ...matchers.map(({ name, is, value }) =>
      field(
        3,
        Buffer.concat([numberField(1, MATCHER_TYPES[is]), field(2, Buffer.from(name)), field(3, Buffer.from(value))]),
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
