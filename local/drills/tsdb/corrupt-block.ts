import { Prometheus } from '../../../lib/shell/prometheus/client';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readUploads } from '../../../agent/thanos/uploads';
import { must } from '../clock';
import type { History } from '../thanos/history';
import { LOCAL_BLOCK_META, makeBlocks, moveBlocks } from '../thanos/history-import';
import { tsdbOf } from '../thanos/history-steps';
import { prometheusOf, type TestBed } from '../test-bed';

const HOUR = 3_600_000;
const BLOCK_MS = 2 * HOUR;
/** Within retention, and older than all that the bucket's drills make. */
const AGE_MS = 12 * 24 * HOUR;
const METRIC = 'drill_block';
const UPLOAD_MS = 120_000;

/** A block of the past that only one node has. */
export interface OldBlock {
  readonly id: string;
  readonly history: History;
}

/** Gives the node's running Prometheus a block; each run's is another time, so that none overlaps. `forBucket`: uploaded. */
export async function giveBlock(world: TestBed, node: string, forBucket: boolean): Promise<OldBlock> {
  const slot = Math.floor(Date.now() / 60_000) % 24;
  const from = Math.floor((Date.now() - AGE_MS) / BLOCK_MS) * BLOCK_MS - slot * BLOCK_MS;
  const history = { metric: METRIC, series: 20, from, to: from + BLOCK_MS, everyMs: 15_000 };
  const dir = join(world.state.dir, 'drill-corruption');
  const [id] = await makeBlocks(history, join(world.state.dir, 'bin', 'promtool'), dir);
  const file = join(dir, id!, 'meta.json');
  const meta = LOCAL_BLOCK_META.parse(readFileSync(file, 'utf8'), file);
  // Sidecars upload level 1 only.
  const level = forBucket ? meta.compaction.level : 2;
  writeFileSync(file, JSON.stringify({ ...meta, compaction: { ...meta.compaction, level } }));
  moveBlocks([id!], dir, tsdbOf(world, node));
  rmSync(dir, { recursive: true });
  if (forBucket) {
    const missing = async (): Promise<string | null> =>
      (await readUploads(tsdbOf(world, node), BLOCK_MS)).uploaded.includes(id!) ? null : `${id} is not uploaded`;
    await must('the sidecar does not upload', UPLOAD_MS, world.signal, missing);
  }
  return { id: id!, history };
}

/** How many samples of the block the node answers with. */
export async function samplesOfBlock(world: TestBed, node: string, { history }: OldBlock): Promise<number> {
  const { metric, from, to } = history;
  const prometheus = new Prometheus(prometheusOf(world, node), { timeoutMs: 2_000 });
  return (await prometheus.value(`sum(count_over_time(${metric}[${to - from}ms]))`, to - 1)) ?? 0;
}
