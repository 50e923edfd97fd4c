import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ulid } from './blocks';
import { openMetrics, type History } from './history';

/** promtool reads all of its input once for every block that it makes: so much at a time. */
const PART_MS = 8 * 3_600_000;

/** Younger than what a compactor takes for the rest of a broken upload, older than what it leaves alone as too fresh. */
const AGE_MS = 2 * 3_600_000;

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
  return readdirSync(made)
    .map((id) => ({ id, meta: readMeta(join(made, id)) }))
    .sort((a, b) => a.meta.minTime - b.meta.minTime)
    .map(({ id, meta }, i) => {
      // As old as if it had been made when its time was over: promtool's own ULID would be that of a fresh block.
      const aged = ulid(
        Date.now() - AGE_MS + i,
        Array.from({ length: 16 }, () => randomInt(32)),
      );
      writeFileSync(
        join(made, id, 'meta.json'),
        JSON.stringify({ ...meta, ulid: aged, compaction: { ...meta.compaction, sources: [aged] } }),
      );
      renameSync(join(made, id), join(dir, aged));
      return aged;
    });
}

interface LocalMeta {
  readonly minTime: number;
  readonly compaction: Readonly<Record<string, unknown>>;
}

const readMeta = (block: string): LocalMeta => JSON.parse(readFileSync(join(block, 'meta.json'), 'utf8')) as LocalMeta;

/** Moves blocks from one directory to another on the same volume: whole or not at all, for whoever looks. */
export function moveBlocks(ids: readonly string[], from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const id of ids) renameSync(join(from, id), join(to, id));
}
