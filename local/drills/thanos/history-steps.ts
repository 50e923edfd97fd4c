import type * as z from 'zod/mini';
import type { ReadOnly } from '../../../lib/contract/document';
import { Prometheus } from '../../../lib/shell/prometheus/client';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { awaitAll } from '../clock';
import { holding, type BucketBlock } from './blocks';
import { listBucketBlocks } from './bucket';
import { expected, historyBefore, type History } from './history';
import { makeBlocks, moveBlocks } from './history-import';
import { queriesOf } from '../thanos';
import { prometheusOf, type TestBed } from '../test-bed';
import { VOLUME } from '../../run/hosts/machine';
import { ownDocument } from '../../../lib/shell/local/own-document';
import { fields, listOf, number, text } from '../../../lib/contract/shape';

const METRIC = 'drill_history';
/** Enough for 14 compactions of a part of a second each, and small enough to be made in seconds. */
const SIZE = { pairs: 2, series: 50, everyMs: 15_000 };
/** Nothing of this run may be as old. */
const NEWEST_MS = 3 * 86_400_000;
const UPLOAD_MS = 180_000;
const FORGET_MS = 120_000;

const imported = fields({
  history: fields({ metric: text, series: number, from: number, to: number, everyMs: number }),
  /** The node whose sidecar uploads them: their `replica`. */
  node: text,
  ids: listOf(text),
  /** Where the blocks wait before they are given to the node, and where they are put aside afterwards. */
  dir: text,
});
/** Past days that were given to a node as blocks. */
export type Imported = ReadOnly<z.output<typeof imported>>;
const IMPORTED = ownDocument('note of an import', imported);
const read = (file: string): Imported => IMPORTED.parse(readFileSync(file, 'utf8'), file);

/** Makes blocks of days that the bucket has nothing of yet: a stream's blocks may never overlap. */
export async function makeHistory(world: TestBed, node: string): Promise<Imported> {
  const { state } = world;
  const own = (await listBucketBlocks(world)).filter((b) => b.thanos.labels.replica === node);
  const oldest = Math.min(Date.now() - NEWEST_MS, ...own.map((b) => b.minTime));
  const history = historyBefore(oldest, METRIC, SIZE);
  const dir = join(state.dir, 'drill-history', String(history.from));
  world.say(`  making blocks of ${(history.to - history.from) / 3_600_000} hours, for ${node}`);
  const ids = await makeBlocks(history, join(state.dir, 'bin', 'promtool'), dir);
  const imported = { history, node, ids, dir };
  note(world, 'made', imported);
  return imported;
}

/** What makeHistory made last. @throws when it made nothing */
export const made = (world: TestBed): Imported => read(noteOf(world, 'made'));

export const tsdbOf = (world: TestBed, node: string): string =>
  join(world.state.nodes.find((n) => n.node === node)!.dir, VOLUME, 'prometheus');

/** Gives the blocks to the node's running Prometheus. They are older than all it has: nothing of its head is touched. */
export function giveToNode(world: TestBed, { ids, dir, node }: Imported): void {
  moveBlocks(ids, dir, tsdbOf(world, node));
}

/** Until the node's sidecar has uploaded all of them. @throws Error when it does not */
export async function uploaded(world: TestBed, { ids, node }: Imported): Promise<void> {
  const missing = await awaitAll(
    async () => {
      const there = new Set((await listBucketBlocks(world)).map((b) => b.ulid));
      const left = ids.filter((id) => !there.has(id)).length;
      return left === 0 ? null : `${left} of ${ids.length} blocks are not in the bucket`;
    },
    { timeoutMs: UPLOAD_MS, signal: world.signal, everyMs: 500 },
  );
  if (missing !== null) throw new Error(`the sidecar of ${node} does not upload: ${missing}`);
}

/** Takes the blocks from the node again, until no node has anything of them: then only the bucket has. */
export async function takeFromNode(world: TestBed, imported: Imported): Promise<void> {
  const { ids, dir, node, history } = imported;
  moveBlocks(ids, tsdbOf(world, node), dir);
  const missing = await awaitAll(
    async () => {
      const counts = await Promise.all(world.state.nodes.map((n) => samplesAt(prometheusOf(world, n.node), history)));
      return counts.every((c) => c.size === 0) ? null : 'a node still has the blocks in memory';
    },
    { timeoutMs: FORGET_MS, signal: world.signal, everyMs: 1_000 },
  );
  if (missing !== null) throw new Error(missing);
  note(world, 'imported', imported);
}

/** All of it at once, for a scenario that is not about uploading. */
export async function importHistory(world: TestBed, node: string): Promise<Imported> {
  const imported = await makeHistory(world, node);
  giveToNode(world, imported);
  await uploaded(world, imported);
  await takeFromNode(world, imported);
  return imported;
}

/** What an earlier run imported, or a new import. */
export async function anyHistory(world: TestBed, node: string): Promise<Imported> {
  const file = noteOf(world, 'imported');
  if (existsSync(file)) return read(file);
  return importHistory(world, node);
}

/** Notes are kept with the run: the next drill in the same system finds them. */
const noteOf = (world: TestBed, name: 'made' | 'imported'): string =>
  join(world.state.dir, 'drill-history', `${name}.json`);

function note(world: TestBed, name: 'made' | 'imported', imported: Imported): void {
  mkdirSync(join(world.state.dir, 'drill-history'), { recursive: true });
  writeFileSync(noteOf(world, name), IMPORTED.serialize(imported));
}

/** How many samples are not answered as they were written, through the load balancer: each series' number and sum. */
export async function samplesWrong(world: TestBed, { history }: Imported): Promise<number> {
  const got = await samplesAt(queriesOf(world), history);
  return sumOf(history, (series, want) => {
    const has = got.get(series);
    return has?.count === want.count && has.sum === want.sum
      ? 0
      : Math.max(1, Math.abs(want.count - (has?.count ?? 0)));
  });
}

/** The store gateway looks for new blocks every five minutes (lib/core/thanos/commands.ts). */
const SERVED_MS = 360_000;

/** Waits until all of it is answered as it was written. Says what is not, if that does not come; null: all is. */
export const served = (world: TestBed, imported: Imported): Promise<string | null> =>
  awaitAll(
    async () => {
      const n = await samplesWrong(world, imported);
      return n === 0 ? null : `${n} samples are not as they were written`;
    },
    { timeoutMs: SERVED_MS, signal: world.signal, everyMs: 1_000 },
  );

/** The same, answered from downsampled blocks: series with a wrong sum. Their number of samples is another one. */
export async function downsampledWrong(world: TestBed, { history }: Imported): Promise<number> {
  const got = await samplesAt(queriesOf(world), history, '5m');
  return sumOf(history, (series, want) => (got.get(series)?.sum === want.sum ? 0 : 1));
}

function sumOf(history: History, wrong: (series: string, want: ReturnType<typeof expected>) => number): number {
  let sum = 0;
  for (let series = 0; series < history.series; series += 1) {
    sum += wrong(String(series), expected(history, series, history.from - 1, history.to - 1));
  }
  return sum;
}

/** Number and sum of all samples, by series. `resolution`: of the samples that it may be answered from. */
async function samplesAt(
  api: string,
  { metric, from, to }: History,
  resolution = '0s',
): Promise<Map<string, { count: number; sum: number }>> {
  const ask = async (fn: string): Promise<Map<string, number>> => {
    const prometheus = new Prometheus(api, {
      timeoutMs: 30_000,
      parameters: { max_source_resolution: resolution },
    });
    const samples = await prometheus.vector(`${fn}(${metric}[${to - from}ms])`, to - 1);
    return new Map(samples.map(({ labels, value }) => [labels.series ?? '', value]));
  };
  const [counts, sums] = await Promise.all([ask('count_over_time'), ask('sum_over_time')]);
  return new Map([...counts].map(([series, count]) => [series, { count, sum: sums.get(series) ?? NaN }]));
}

/** Blocks in use of what was imported. */
export async function blocksOf(world: TestBed, { history, node }: Imported, resolution = 0): Promise<BucketBlock[]> {
  return holding(await listBucketBlocks(world), { replica: node, from: history.from, to: history.to, resolution });
}
