import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CorruptionClass } from '../../../lib/core/tsdb/corruption';

/** Something that storage does to the files of a TSDB while Prometheus writes them. */
export interface FileFault {
  readonly name: string;
  readonly what: string;
  /** What the scrub has to call it. */
  readonly class: CorruptionClass;
  /** What has to be there before: a block of the past, chunks of the head. */
  readonly needs?: 'block' | 'uploaded-block' | 'head-chunks';
  readonly hurt: (tsdb: string, block: string) => void;
}

/** Numbered files of a directory, in order. */
export const numbered = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => /^\d+$/.test(name))
    .sort()
    .map((name) => join(directory, name));

const segments = (tsdb: string): string[] => numbered(join(tsdb, 'wal'));
const richest = (files: readonly string[]): string =>
  files.reduce((best, file) => (contentOf(file) > contentOf(best) ? file : best));
/** Of those that were written before the present one: repairs leave segments of one record. */
const middle = (tsdb: string): string => richest(segments(tsdb).slice(0, -1));
/** Every start begins a file, and a killed Prometheus leaves one without a chunk. */
export const headChunks = (tsdb: string): string | null => {
  const files = numbered(join(tsdb, 'chunks_head'));
  return files.length === 0 ? null : richest(files);
};

/** Files are allocated in advance and pages padded: what is behind the last byte that is not zero is not data. */
export function contentOf(file: string): number {
  const bytes = readFileSync(file);
  let end = bytes.length;
  while (bytes[end - 1] === 0) end -= 1;
  return end;
}

/** In place, as storage does it: whoever has the file open goes on. */
function flip(file: string): void {
  const bytes = readFileSync(file);
  const from = Math.floor(contentOf(file) / 2);
  for (let i = from; i < from + 8; i += 1) bytes[i]! ^= 0xff;
  writeFileSync(file, bytes, { flag: 'r+' });
}

/** A record of the log that is richest in them, also of the one that is being written. */
export const flipWal = (tsdb: string): void => flip(richest(segments(tsdb)));

/** A checkpoint is a log like any other: of the first segment one is made, as a truncation of the head would. */
function checkpointOf(tsdb: string): string {
  const wal = join(tsdb, 'wal');
  const made = readdirSync(wal).findLast((name) => /^checkpoint\.\d+$/.test(name));
  if (made !== undefined) return join(wal, made);
  const [first] = segments(tsdb);
  const checkpoint = join(wal, `checkpoint.${first!.slice(-8)}`);
  mkdirSync(`${checkpoint}.tmp`);
  cpSync(first!, join(`${checkpoint}.tmp`, '00000000'));
  renameSync(`${checkpoint}.tmp`, checkpoint);
  rmSync(first!);
  return checkpoint;
}

export const FILE_FAULTS: readonly FileFault[] = [
  {
    name: 'wal-flip',
    what: 'eight bytes in a middle segment of the WAL turn over',
    class: 'wal-corrupt',
    hurt: (tsdb) => flip(middle(tsdb)),
  },
  {
    name: 'wal-truncate',
    what: 'a middle segment of the WAL loses its second half',
    class: 'wal-corrupt',
    hurt: (tsdb) => truncateSync(middle(tsdb), Math.floor(contentOf(middle(tsdb)) / 2)),
  },
  {
    name: 'wal-hole',
    what: 'a middle segment of the WAL is gone',
    class: 'wal-segment-missing',
    hurt: (tsdb) => rmSync(middle(tsdb)),
  },
  {
    name: 'wal-tail',
    what: 'the segment of the WAL that is being written is emptied',
    class: 'wal-shrunk',
    hurt: (tsdb) => truncateSync(segments(tsdb).at(-1)!, 0),
  },
  {
    name: 'wal-checkpoint',
    what: 'eight bytes in the checkpoint of the WAL turn over',
    class: 'checkpoint-corrupt',
    hurt: (tsdb) => flip(join(checkpointOf(tsdb), '00000000')),
  },
  {
    name: 'chunks-head',
    what: 'eight bytes in a file of chunks_head turn over',
    class: 'head-chunks-corrupt',
    needs: 'head-chunks',
    hurt: (tsdb) => flip(headChunks(tsdb)!),
  },
  {
    name: 'block-meta',
    what: 'meta.json of a block is emptied',
    class: 'block-meta',
    needs: 'block',
    hurt: (tsdb, block) => truncateSync(join(tsdb, block, 'meta.json'), 0),
  },
  {
    name: 'block-index',
    what: 'the index of a block loses its second half',
    class: 'block-index',
    needs: 'uploaded-block',
    hurt: (tsdb, block) =>
      truncateSync(join(tsdb, block, 'index'), Math.floor(contentOf(join(tsdb, block, 'index')) / 2)),
  },
];
