import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { segmentPath } from '../../lib/core/tsdb/log';
import { syncDirectory, writeDurably } from '../base/files';
import { crc32c } from '../../lib/shell/tsdb/crc32c';
import { scanHeadChunks } from './scan/head-chunks';
import { listLog, listNumbered } from '../../lib/shell/tsdb/listing';
import type { Pace } from '../../lib/shell/tsdb/pace';
import { FRAGMENT, HEADER } from './scan/segment';
import { reading } from '../../lib/shell/tsdb/window';

/** More series than may have been lost whose chunks were not on disk yet. */
const MARGIN = 2 ** 20;
/** Prometheus cannot count further. */
const HIGHEST = 2 ** 40 - 1;
const SERIES_RECORD = 1;
const NAME = 'prometheus_ha_wal_repaired';

/**
 * Prometheus numbers series; chunks_head/ knows them by number only, the WAL has their names. When the names of
 * the highest numbers are lost, Prometheus gives these numbers to new series, which then get the chunks of the
 * lost ones at the following start: their samples are mixed up, and nothing says so. A record of a series without
 * samples, with a number beyond all, prevents that; the series is gone again with the next compaction.
 */
export async function guardRecord(tsdb: string, pace: Pace): Promise<Buffer> {
  let highest = 0;
  for (const { name } of (await listNumbered(join(tsdb, 'chunks_head'))) ?? []) {
    await reading(join(tsdb, 'chunks_head', name), pace, (file) =>
      scanHeadChunks(file, (reference) => (highest = Math.max(highest, reference))),
    );
  }
  return seriesRecord(Math.min(HIGHEST, highest + MARGIN));
}

/** Writes the record behind all others, for a TSDB that is not running. Says which segment was written. */
export async function guardReferences(tsdb: string, pace: Pace): Promise<string> {
  const directory = join(tsdb, 'wal');
  mkdirSync(directory, { recursive: true });
  const log = await listLog(directory);
  const last = Math.max(log?.segments.at(-1)?.index ?? -1, log?.checkpoints.at(-1)?.index ?? -1);
  const path = segmentPath('wal', last + 1);
  const temporary = join(directory, 'guard.tmp');
  writeDurably(temporary, await guardRecord(tsdb, pace));
  renameSync(temporary, join(tsdb, path));
  syncDirectory(directory);
  return path;
}

function seriesRecord(reference: number): Buffer {
  const text = (s: string): Buffer => Buffer.concat([Buffer.from([s.length]), Buffer.from(s)]);
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(reference));
  const labels = Buffer.concat([Buffer.from([1]), text('__name__'), text(NAME)]);
  const payload = Buffer.concat([Buffer.from([SERIES_RECORD]), number, labels]);
  const head = Buffer.alloc(HEADER);
  head[0] = FRAGMENT.full;
  head.writeUInt16BE(payload.length, 1);
  head.writeUInt32BE(crc32c(payload), 3);
  return Buffer.concat([head, payload]);
}
