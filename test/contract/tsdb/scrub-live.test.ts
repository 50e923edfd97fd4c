import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '../../../agent/base/loop';
import { scrubPass } from '../../../agent/tsdb/pass';
import type { Finding } from '../../../lib/core/tsdb/corruption';
import { INVENTORY, type Inventory } from '../../../lib/contract/documents/agent/inventory';
import { dueForDeepRead } from '../../../lib/core/tsdb/inventory';
import { judge } from '../../../lib/core/tsdb/judge';
import { resolveTools } from '../../../local/tools';
import { ownMetric, push, startLab, type Lab } from './scrub-lab';

/** PROMHA_SCRUB_PASSES=1000 is the figure of docs/measurements.md. */
const PASSES = Number(process.env.PROMHA_SCRUB_PASSES ?? 60);
const CHECKPOINTS = 3;
const SERIES = 500;
/** Blocks of 20 minutes, filled in a second: a compaction, a checkpoint and a truncation with every look of Prometheus. */
const FLAGS = ['--storage.tsdb.min-block-duration=20m', '--storage.tsdb.max-block-duration=20m'];
const STEP_MS = 5_000;
const PAUSE_MS = 30;

let root: string;
let lab: Lab;
beforeAll(async () => {
  const { prometheus } = await resolveTools(['prometheus']);
  root = mkdtempSync(join(tmpdir(), 'promha-scrub-live-'));
  lab = await startLab(prometheus.path, root, FLAGS);
  await lab.ready();
}, 120_000);
afterAll(async () => {
  await lab.stop('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

test(
  `${PASSES} passes over a WAL that is being written, truncated and compacted: no false alarm`,
  async () => {
    let writing = true;
    const writer = write(() => writing);
    const alarms: Finding[] = [];
    let memory: Inventory | null = null;
    const took: number[] = [];
    const checkpoints = (): number => lab.log().match(/WAL checkpoint complete/g)?.length ?? 0;
    try {
      // Nothing is proved unless the WAL moved on under the passes.
      while (took.length < PASSES || checkpoints() < CHECKPOINTS) {
        const began = Date.now();
        const deep = dueForDeepRead(memory, 0, 2, Date.now());
        const seen = await scrubPass(join(root, 'data'), { bytesPerSecond: 1e12, deep });
        took.push(Date.now() - began);
        const blocksLoaded = await ownMetric(lab.url, 'prometheus_tsdb_blocks_loaded');
        const judged = judge(memory, seen, { running: true, blocksLoaded, retentionMs: null, bySize: false });
        alarms.push(...judged.findings);
        memory = INVENTORY.parse(INVENTORY.serialize(judged.inventory), 'memory');
      }
    } finally {
      writing = false;
    }
    const pushes = await writer;
    took.sort((a, b) => a - b);
    process.stderr.write(
      `${took.length} passes during ${pushes} pushes of ${SERIES * 4} samples; a pass took ${took[took.length >> 1]} ms in the median, ${took.at(-1)} ms at most; ` +
        `${checkpoints()} checkpoints, ${Object.keys(memory!.blocks).length} blocks\n`,
    );
    expect(alarms).toEqual([]);
  },
  PASSES * 3_000 + 180_000,
);

/** Scrapes of the past one after another, with some new series every time. */
async function write(on: () => boolean): Promise<number> {
  let at = Date.now() - 14 * 86_400_000;
  let pushes = 0;
  for (; on(); pushes += 1) {
    const samples = Array.from({ length: 4 }, (_, i) => [at + i * STEP_MS, Math.random()] as const);
    await push(
      lab.url,
      Array.from({ length: SERIES }, (_, i) => ({
        labels: { __name__: 'm', i: String(i), ...(i < 10 ? { generation: String(pushes) } : {}) },
        samples,
      })),
    );
    at += 4 * STEP_MS;
    await sleep(PAUSE_MS);
  }
  return pushes;
}
