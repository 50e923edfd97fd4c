import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CorruptionClass, IfStarted } from '../../../lib/core/tsdb/corruption';

export interface Corruption {
  readonly name: string;
  /** Hurts the TSDB in this directory. */
  readonly hurt: (tsdb: string) => void;
  readonly class: CorruptionClass;
  readonly ifStarted: IfStarted;
  /** What must be left of the samples after our repair, of all that there were: 0 to 1. */
  readonly keeps: number;
  /** How Prometheus starts after our repair. */
  readonly repaired: 'ready' | 'queries fail';
}

const corruption = (
  name: string,
  corruptionClass: CorruptionClass,
  ifStarted: IfStarted,
  keeps: number,
  hurt: (tsdb: string) => void,
): Corruption => ({
  name,
  class: corruptionClass,
  ifStarted,
  keeps,
  hurt,
  repaired: ifStarted === 'queries-fail' ? 'queries fail' : 'ready',
});

/** The table of what storage does to a TSDB; each is found, and means what is said here (seen with a real Prometheus). */
export const DAMAGES: readonly Corruption[] = [
  corruption('last segment flipped', 'wal-corrupt', 'destroys', 0.99, (t) => flip(last(t), 0.4)),
  corruption('last segment zeroed', 'wal-corrupt', 'destroys', 0.9, (t) => zero(last(t), 0.4, 0.6)),
  corruption('last segment cut within a record', 'wal-shrunk', 'incomplete', 0.9, (t) => cut(last(t), 0.6)),
  corruption('first segment flipped', 'wal-corrupt', 'destroys', 0.99, (t) => flip(first(t), 0.4)),
  corruption('middle segment flipped', 'wal-corrupt', 'destroys', 0.99, (t) => flip(middle(t), 0.4)),
  corruption('middle segment cut', 'wal-corrupt', 'destroys', 0.9, (t) => cut(middle(t), 0.6)),
  corruption('last segment emptied', 'wal-shrunk', 'incomplete', 0.85, (t) => truncateSync(last(t), 0)),
  corruption('last segment deleted', 'wal-shrunk', 'incomplete', 0.85, (t) => rmSync(last(t))),
  corruption('middle segment emptied', 'wal-shrunk', 'incomplete', 0.85, (t) => truncateSync(middle(t), 0)),
  corruption('wal/ deleted', 'wal-missing', 'incomplete', 0.6, (t) => rmSync(join(t, 'wal'), { recursive: true })),
  corruption('first segment deleted', 'wal-segment-missing', 'refuses', 0.85, (t) => rmSync(first(t))),
  corruption('middle segment deleted', 'wal-segment-missing', 'refuses', 0.85, (t) => rmSync(middle(t))),
  corruption('checkpoint deleted', 'checkpoint-missing', 'refuses', 0.6, (t) =>
    rmSync(checkpoint(t), { recursive: true }),
  ),
  corruption('checkpoint flipped', 'checkpoint-corrupt', 'destroys', 0.6, (t) => flip(inCheckpoint(t), 0.2)),
  corruption('checkpoint cut', 'checkpoint-corrupt', 'destroys', 0.6, (t) => cut(inCheckpoint(t), 0.1)),
  corruption('checkpoint emptied', 'checkpoint-emptied', 'incomplete', 0.6, (t) => truncateSync(inCheckpoint(t), 0)),
  corruption('head chunks flipped', 'head-chunks-corrupt', 'harmless', 1, (t) => flip(headChunks(t), 0.4)),
  corruption('head chunks without header', 'head-chunks-header', 'refuses', 1, (t) =>
    overwrite(headChunks(t), 0, 'xxxx'),
  ),
  corruption('meta.json emptied', 'block-meta', 'incomplete', 1, (t) => truncateSync(join(block(t), 'meta.json'), 0)),
  corruption('meta.json is no JSON', 'block-meta', 'incomplete', 1, (t) =>
    writeFileSync(join(block(t), 'meta.json'), '{'),
  ),
  corruption('meta.json deleted', 'block-meta', 'incomplete', 1, (t) => rmSync(join(block(t), 'meta.json'))),
  corruption('index cut', 'block-index', 'refuses', 0.75, (t) => cut(join(block(t), 'index'), 0.5)),
  corruption('index deleted', 'block-index', 'refuses', 0.75, (t) => rmSync(join(block(t), 'index'))),
  corruption('tombstones corrupted', 'block-tombstones', 'refuses', 1, (t) =>
    overwrite(join(block(t), 'tombstones'), 0, 'xxxx'),
  ),
  corruption('chunks file without header', 'block-chunk-files', 'refuses', 0.75, (t) =>
    overwrite(chunks(t), 0, 'xxxx'),
  ),
  corruption('chunk of a block flipped', 'block-content', 'queries-fail', 0, (t) => flip(chunks(t), 0.5)),
  corruption('series of an index flipped', 'block-content', 'queries-fail', 0, (t) =>
    flipSeries(join(block(t), 'index')),
  ),
  corruption('block deleted', 'block-vanished', 'incomplete', 0.75, (t) => rmSync(block(t), { recursive: true })),
];

const numbered = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => /^\d+$/.test(name))
    .sort()
    .map((name) => join(directory, name));

const written = (tsdb: string): string[] => numbered(join(tsdb, 'wal')).filter((file) => statSync(file).size > 0);
const first = (tsdb: string): string => written(tsdb)[0]!;
const middle = (tsdb: string): string => written(tsdb)[1]!;
const last = (tsdb: string): string => written(tsdb).at(-1)!;
const headChunks = (tsdb: string): string => numbered(join(tsdb, 'chunks_head'))[0]!;
const checkpoint = (tsdb: string): string =>
  join(
    tsdb,
    'wal',
    readdirSync(join(tsdb, 'wal')).findLast((name) => /^checkpoint\.\d+$/.test(name))!,
  );
const inCheckpoint = (tsdb: string): string => numbered(checkpoint(tsdb))[0]!;
/** The oldest: the head does not reach back to it. */
const block = (tsdb: string): string =>
  join(tsdb, readdirSync(tsdb).filter((name) => existsSync(join(tsdb, name, 'meta.json')))[0]!);
const chunks = (tsdb: string): string => numbered(join(block(tsdb), 'chunks'))[0]!;

function overwrite(file: string, offset: number, text: string): void {
  const bytes = readFileSync(file);
  bytes.write(text, offset);
  writeFileSync(file, bytes);
}

function flip(file: string, share: number): void {
  const bytes = readFileSync(file);
  const from = Math.floor(contentOf(bytes) * share);
  for (let i = from; i < from + 8; i += 1) bytes[i]! ^= 0xff;
  writeFileSync(file, bytes);
}

/** Of the series that the index lists; what is before them is verified when a block is opened. */
function flipSeries(file: string): void {
  const bytes = readFileSync(file);
  const series = Number(bytes.readBigUInt64BE(bytes.length - 52 + 8));
  bytes[Math.ceil(series / 16) * 16 + 20]! ^= 0xff;
  writeFileSync(file, bytes);
}

function zero(file: string, from: number, to: number): void {
  const bytes = readFileSync(file);
  const content = contentOf(bytes);
  writeFileSync(file, bytes.fill(0, Math.floor(content * from), Math.floor(content * to)));
}

function cut(file: string, share: number): void {
  truncateSync(file, Math.floor(contentOf(readFileSync(file)) * share));
}

/** Files of records end with zeros, of which no record is made. */
function contentOf(bytes: Buffer): number {
  let end = bytes.length;
  while (bytes[end - 1] === 0) end -= 1;
  return end;
}
