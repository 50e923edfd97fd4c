import type { ToldEntry } from '../../contract/documents/move';
import { HASHES, type HashOf, type ToldLabels } from './alert-hash';
import {
  bytesField,
  fieldsOf,
  concatenated,
  numbersField,
  numbersIn,
  varintOf,
  varintAt,
  type Field,
} from './protobuf';

/** What an Alertmanager has told, as it tells its peers: an entry for each group of alerts and each of their receivers. */

/** Key of the part in the state of an Alertmanager. */
const LOG = 'nfl';
const NO_BYTES = new Uint8Array();

const GROUP_KEY = 1;
const FIRING = 6;
const RESOLVED = 7;
const MUTED = 9;

export interface LogEntry {
  /** Path of the route, and the labels of the group: `{}/{a="b"}:{alertname="X"}`. */
  readonly groupKey: string;
  readonly firing: readonly bigint[];
  readonly resolved: readonly bigint[];
  readonly muted: readonly bigint[];
  /** All of it that is passed on as it is: receiver, time, what the receiver keeps. */
  readonly rest: readonly Field[];
  /** When it is forgotten, and what else stands beside the entry. */
  readonly beside: readonly Field[];
}

/** @throws RangeError where it is no such state */
export function logIn(state: Uint8Array): LogEntry[] {
  return fieldsOf(state).flatMap(({ bytes }) => {
    const part = fieldsOf(bytes);
    if (textOf(part, 1) !== LOG) return [];
    return delimited(bytesIn(part, 2)).map(entryOf);
  });
}

/** The state of a peer that knows these entries, and nothing else. */
export function stateOf(entries: readonly LogEntry[]): Uint8Array {
  const data = concatenated(entries.map(meshEntry).flatMap((one) => [varintOf(one.length), one]));
  return bytesField(1, concatenated([bytesField(1, new TextEncoder().encode(LOG)), bytesField(2, data)]));
}

/** Which of the hashes it is that the log writes alerts with; null: of these alerts there is none in it. */
export function hashUsed(entries: readonly LogEntry[], alerts: readonly ToldLabels[]): HashOf | null {
  const known = new Set(entries.flatMap(({ firing, resolved }) => [...firing, ...resolved]));
  return HASHES.find((hash) => alerts.some((labels) => known.has(hash(labels)))) ?? null;
}

/** What the new cluster makes of an alert and of a group of the old server. */
export interface Translation {
  readonly from: HashOf;
  /** Of alerts that fire, or did a moment ago, in the old Alertmanager. */
  readonly alerts: readonly ToldLabels[];
  readonly labels: (old: ToldLabels) => ToldLabels;
  /** All keys that it may have. */
  readonly groupKeys: (old: string) => readonly string[];
}

export interface Translated {
  readonly entries: readonly ToldEntry[];
  /** Alerts of the old log that nobody knows by their labels any more, or of a group that is not understood. */
  readonly unknown: number;
}

/**
 * The old log, as the new Alertmanagers would have written it, with labels for numbers. Entries of which nothing fires come along: given
 * after an earlier move that was given up, they take the place of what it left.
 */
export function translate(entries: readonly LogEntry[], t: Translation): Translated {
  const known = new Map(t.alerts.map((labels) => [t.from(labels), t.labels(labels)]));
  const mapped = (old: readonly bigint[]): ToldLabels[] =>
    old.map((hash) => known.get(hash)).filter((labels) => labels !== undefined);
  const made = entries.flatMap(({ groupKey, firing, resolved, muted, rest, beside }) =>
    t.groupKeys(groupKey).map((key) => ({
      groupKey: key,
      firing: mapped(firing),
      resolved: mapped(resolved),
      muted: mapped(muted),
      rest: inBase64(rest),
      beside: inBase64(beside),
    })),
  );
  const unknown = entries.flatMap(({ groupKey, firing }) =>
    t.groupKeys(groupKey).length === 0 ? firing : firing.filter((hash) => !known.has(hash)),
  ).length;
  return { entries: made, unknown };
}

/** With numbers again, as the Alertmanager writes them that is given these. @throws RangeError */
export const withHashes = (entries: readonly ToldEntry[], hash: HashOf): LogEntry[] =>
  entries.map(({ groupKey, firing, resolved, muted, rest, beside }) => ({
    groupKey,
    firing: firing.map(hash),
    resolved: resolved.map(hash),
    muted: muted.map(hash),
    rest: fieldsOf(Buffer.from(rest, 'base64')),
    beside: fieldsOf(Buffer.from(beside, 'base64')),
  }));

const inBase64 = (fields: readonly Field[]): string =>
  Buffer.from(concatenated(fields.map(({ whole }) => whole))).toString('base64');

function delimited(data: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at < data.length;) {
    const length = varintAt(data, at);
    const end = length.next + Number(length.value);
    if (end > data.length) throw new RangeError('the log ends in the middle of an entry');
    found.push(data.subarray(length.next, end));
    at = end;
  }
  return found;
}

function entryOf(message: Uint8Array): LogEntry {
  const outer = fieldsOf(message);
  const entry = fieldsOf(bytesIn(outer, 1));
  return {
    groupKey: textOf(entry, GROUP_KEY),
    firing: numbersIn(entry, FIRING),
    resolved: numbersIn(entry, RESOLVED),
    muted: numbersIn(entry, MUTED),
    rest: entry.filter(({ number }) => ![GROUP_KEY, FIRING, RESOLVED, MUTED].includes(number)),
    beside: outer.filter(({ number }) => number !== 1),
  };
}

function meshEntry({ groupKey, firing, resolved, muted, rest, beside }: LogEntry): Uint8Array {
  const entry = concatenated([
    bytesField(GROUP_KEY, new TextEncoder().encode(groupKey)),
    ...rest.map(({ whole }) => whole),
    numbersField(FIRING, firing),
    numbersField(RESOLVED, resolved),
    numbersField(MUTED, muted),
  ]);
  return concatenated([bytesField(1, entry), ...beside.map(({ whole }) => whole)]);
}

const bytesIn = (fields: readonly Field[], number: number): Uint8Array =>
  fields.find((field) => field.number === number)?.bytes ?? NO_BYTES;
const textOf = (fields: readonly Field[], number: number): string => new TextDecoder().decode(bytesIn(fields, number));
