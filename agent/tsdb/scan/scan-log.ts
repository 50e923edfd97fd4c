import { join } from 'node:path';
import type { SeenCheckpoint, SeenFile, SeenLog, SeenSegment } from '../../../lib/core/tsdb/seen';
import { sleep } from '../../base/loop';
import { crc32c } from '../../../lib/shell/tsdb/crc32c';
import { listLog, listNumbered, type LogListing } from '../../../lib/shell/tsdb/listing';
import type { Pace } from '../../../lib/shell/tsdb/pace';
import { scanSegment } from './segment';
import { tolerating, type Unreadable } from './unreadable';
import { reading, type Window } from '../../../lib/shell/tsdb/window';

/** What looks corrupted is looked at again after this: a write that was under way is done by then. */
export const SETTLE_MS = 250;
/** Listings that change under our hands are followed so many times; the next pass sees the rest. */
export const MOST_LISTINGS = 5;
/** Enough to hold the first record's header, so that no two files begin alike. */
const BEGIN = 64;

/**
 * Reads wal/ or wbl/ while Prometheus may be writing it. Segments are closed before the next one appears,
 * so every one but the last is complete; checkpoints appear complete, and only then what they stand for is
 * removed. A listing counts when a second one, after reading, still has all of it. null: no such directory.
 */
export async function scanLog(tsdb: string, name: string, pace: Pace, unreadable: Unreadable): Promise<SeenLog | null> {
  const scans = new Map<string, { seen: SeenSegment; wasLast: boolean }>();
  for (let attempt = 1; ; attempt += 1) {
    const listing = await listLog(join(tsdb, name));
    if (listing === null) return null;
    for (const { index, name: file } of listing.segments) {
      const path = `${name}/${file}`;
      const isLast = index === listing.segments.at(-1)!.index;
      const known = scans.get(path);
      if (known !== undefined && known.wasLast === isLast) continue;
      const seen = await tolerating(path, unreadable, () => scanOne(tsdb, path, index, pace));
      if (seen !== null) scans.set(path, { seen, wasLast: isLast });
      else scans.delete(path);
    }
    const newest = listing.checkpoints.at(-1);
    const checkpoint =
      newest === undefined
        ? null
        : await scanCheckpoint(tsdb, `${name}/${newest.name}`, newest.index, pace, unreadable);
    const again = await listLog(join(tsdb, name));
    if (again === null || attempt === MOST_LISTINGS || outlives(listing, again)) {
      const segments = listing.segments.flatMap((s) => scans.get(`${name}/${s.name}`)?.seen ?? []);
      return { path: name, segments, checkpoint };
    }
  }
}

async function scanCheckpoint(
  tsdb: string,
  path: string,
  index: number,
  pace: Pace,
  unreadable: Unreadable,
): Promise<SeenCheckpoint> {
  const segments: SeenSegment[] = [];
  for (const { name, index: number } of (await listNumbered(join(tsdb, path))) ?? []) {
    const file = `${path}/${name}`;
    const seen = await tolerating(file, unreadable, () => scanOne(tsdb, file, number, pace));
    if (seen !== null) segments.push(seen);
  }
  return { path, index, segments };
}

async function scanOne(tsdb: string, path: string, index: number, pace: Pace): Promise<SeenSegment | null> {
  const scan = (): Promise<SeenSegment | null> =>
    reading(join(tsdb, path), pace, async (file) => {
      const seen = await seenFile(path, file);
      return { ...seen, index, ...(await scanSegment(file)) };
    });
  const first = await scan();
  if (first === null || (first.spots.length === 0 && first.tornAt === null)) return first;
  await sleep(SETTLE_MS);
  return scan();
}

export async function seenFile(path: string, file: Window): Promise<SeenFile> {
  const begin = await file.at(0, Math.min(BEGIN, file.bytes));
  return { path, bytes: file.bytes, modified: file.modifiedMs, begin: { bytes: begin.length, crc: crc32c(begin) } };
}

/** Whether all that was listed is still there, and no newer checkpoint appeared: only then was it one state. */
function outlives(before: LogListing, after: LogListing): boolean {
  const still = new Set(after.segments.map((segment) => segment.index));
  const newest = ({ checkpoints }: LogListing): number | undefined => checkpoints.at(-1)?.index;
  return newest(before) === newest(after) && before.segments.every(({ index }) => still.has(index));
}
