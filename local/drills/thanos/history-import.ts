import { execFile } from 'node:child_process';
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openMetrics, type History } from './history';
import { ownDocument } from '../../../lib/shell/local/own-document';
import { fields, number } from '../../../lib/contract/shape';

/** Of a block that promtool made, as far as it is used here. */
export const LOCAL_BLOCK_META = ownDocument(
  "block's meta.json",
  fields({ minTime: number, compaction: fields({ level: number }) }),
);

/** promtool reads all of its input once for every block that it makes: so much at a time. */
const PART_MS = 8 * 3_600_000;

/** Makes the blocks that Prometheus would have made, in `dir`, which is emptied. Returns their ULIDs, oldest first. */
export async function makeBlocks(history: History, promtool: string, dir: string): Promise<string[]> {
  rmSync(dir, { recursive: true, force: true });
  const made = join(dir, 'made');
  mkdirSync(made, { recursive: true });
  const input = join(dir, 'part.om');
  for (let from = history.from; from < history.to; from += PART_MS) {
    const file = openSync(input, 'w');
    for (const text of openMetrics(history, from, Math.min(from + PART_MS, history.to))) writeSync(file, text);
    closeSync(file);
    await promisify(execFile)(promtool, ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', input, made]);
  }
  rmSync(input);
  const start = (id: string): number =>
    LOCAL_BLOCK_META.parse(readFileSync(join(made, id, 'meta.json'), 'utf8'), id).minTime;
  const ids = readdirSync(made).sort((a, b) => start(a) - start(b));
  moveBlocks(ids, made, dir);
  return ids;
}

/** Moves blocks from one directory to another, perhaps on another volume: whole or not at all, for whoever looks. */
export function moveBlocks(ids: readonly string[], from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const id of ids) {
    try {
      renameSync(join(from, id), join(to, id));
      continue;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EXDEV') throw error;
    }
    const half = join(to, `${id}.tmp`);
    cpSync(join(from, id), half, { recursive: true });
    renameSync(half, join(to, id));
    rmSync(join(from, id), { recursive: true });
  }
}
