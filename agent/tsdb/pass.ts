import { join } from 'node:path';
import type { ScrubPass, SeenBlock, SeenHeadChunks } from '../../lib/core/tsdb/seen';
import { sleep } from '../base/loop';
import { scanBlock } from '../../lib/shell/tsdb/block';
import { scanHeadChunks } from './scan/head-chunks';
import { listBlocks, listNumbered } from '../../lib/shell/tsdb/listing';
import { Pace, type PaceOptions } from '../../lib/shell/tsdb/pace';
import { MOST_LISTINGS, scanLog, seenFile, SETTLE_MS } from './scan/scan-log';
import { tolerating, type Unreadable } from './scan/unreadable';
import { reading } from '../../lib/shell/tsdb/window';

export interface PassOptions extends PaceOptions {
  /** Blocks of which every chunk and every entry of the index is read too, by ULID. */
  readonly deep: ReadonlySet<string>;
}

/**
 * Reads a TSDB's directory once, whether or not Prometheus is writing it, and says what is there.
 * Reads only. @throws AbortError when its signal says so; other errors that are not the volume's
 */
export async function scrubPass(
  tsdb: string,
  options: PassOptions,
): Promise<ScrubPass & { readonly bytesRead: number }> {
  const pace = new Pace(options);
  const unreadable: Unreadable = new Map();
  const at = Date.now();
  const wal = await scanLog(tsdb, 'wal', pace, unreadable);
  const wbl = await scanLog(tsdb, 'wbl', pace, unreadable);
  const headChunks = await scanAllHeadChunks(tsdb, pace, unreadable);
  const blocks = await scanBlocks(tsdb, options.deep, pace, unreadable);
  const codes = [...unreadable].map(([path, code]) => ({ path, code }));
  return { at, wal, wbl, headChunks, blocks, unreadable: codes, bytesRead: pace.bytes };
}

/**
 * Compaction removes blocks after the one that takes their place is there: whoever listed before it sees neither.
 * So a listing counts when a second one, after reading, is the same.
 */
async function scanBlocks(
  tsdb: string,
  deep: ReadonlySet<string>,
  pace: Pace,
  unreadable: Unreadable,
): Promise<SeenBlock[]> {
  const scans = new Map<string, SeenBlock>();
  for (let attempt = 1; ; attempt += 1) {
    const listing = await listBlocks(tsdb);
    for (const ulid of listing) {
      if (scans.has(ulid)) continue;
      const block = await tolerating(ulid, unreadable, () => scanBlock(tsdb, ulid, deep.has(ulid), pace));
      if (block !== null) scans.set(ulid, block);
    }
    const again = await listBlocks(tsdb);
    const same = again.join() === listing.join();
    if (same || attempt === MOST_LISTINGS) return listing.flatMap((ulid) => scans.get(ulid) ?? []);
  }
}

async function scanAllHeadChunks(tsdb: string, pace: Pace, unreadable: Unreadable): Promise<SeenHeadChunks[] | null> {
  const directory = join(tsdb, 'chunks_head');
  const listing = await listNumbered(directory);
  if (listing === null) return null;
  const seen: SeenHeadChunks[] = [];
  for (const { name, index } of listing) {
    const path = `chunks_head/${name}`;
    const scan = (): Promise<SeenHeadChunks | null> =>
      reading(join(tsdb, path), pace, async (file) => ({
        ...(await seenFile(path, file)),
        index,
        ...(await scanHeadChunks(file)),
      }));
    const file = await tolerating(path, unreadable, async () => {
      const first = await scan();
      if (first === null || first.spots.length === 0) return first;
      await sleep(SETTLE_MS);
      return scan();
    });
    if (file !== null) seen.push(file);
  }
  // What the head no longer needs is removed from the lower end.
  const still = new Set(((await listNumbered(directory)) ?? []).map((file) => file.index));
  return seen.filter((file) => still.has(file.index));
}
