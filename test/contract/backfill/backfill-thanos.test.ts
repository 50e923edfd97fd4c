import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prometheusCommand } from '../../../agent/process/programs';
import type { Paths } from '../../../agent/base/paths';
import type { NodeConfig } from '../../../lib/contract/documents/node-config';
import { compactCommand } from '../../../lib/core/thanos/commands';
import { resolveTools } from '../../../local/tools';
import { eventually, freePort } from '../agent/agent-tools';
import { push, startLab, type Lab, type Series } from '../tsdb/scrub-lab';

jest.setTimeout(240_000);

const HOUR = 3_600_000;
const BLOCK_MS = 2 * HOUR;
const SERIES = 5;
const CONFIG = 'global: { external_labels: { replica: a } }\nstorage: { tsdb: { out_of_order_time_window: 1d } }\n';
const VERTICAL = '--compact.enable-vertical-compaction';

interface Meta {
  readonly ulid: string;
  readonly minTime: number;
  readonly stats: { readonly numSamples: number };
  readonly compaction: { readonly level: number; readonly hints?: readonly string[] };
}

let root: string;
let lab: Lab;
let sidecar: ChildProcess;
let thanos: string;
const start = Math.floor(Date.now() / BLOCK_MS) * BLOCK_MS - 4 * BLOCK_MS;

/** One sample in 15 s of every series. `from`, `to`: hours after the start. */
const hours = (from: number, to: number): Series[] =>
  Array.from({ length: SERIES }, (_, i) => ({
    labels: { __name__: 'm', i: String(i) },
    samples: Array.from({ length: (to - from) * 240 }, (_, k): [number, number] => [
      start + from * HOUR + k * 15_000,
      k,
    ]),
  }));
const samplesIn = (spanHours: number): number => spanHours * 240 * SERIES;

function blocks(directory: string): Meta[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .map((name) => join(directory, name, 'meta.json'))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Meta);
}
const bucket = (): Meta[] => blocks(join(root, 'bucket'));

beforeAll(async () => {
  const tools = await resolveTools(['prometheus', 'thanos']);
  thanos = tools.thanos.path;
  root = mkdtempSync(join(tmpdir(), 'promha-backfill-thanos-'));
  // The very flags of a node.
  const node = {
    prometheus: { retentionTime: '15d', walSegmentSize: '64MB', resendDelay: '15s' },
    thanos: { blockDuration: '2h' },
  } as NodeConfig;
  const paths = { bin: '', config: '', tsdb: '' } as Paths;
  const flags = prometheusCommand(node, paths, '127.0.0.1').args.filter((flag) =>
    /block-duration|overlapping/.test(flag),
  );
  lab = await startLab(tools.prometheus.path, root, flags, CONFIG);
  await lab.ready();
  writeFileSync(join(root, 'bucket.yml'), `type: FILESYSTEM\nconfig: { directory: ${join(root, 'bucket')} }\n`);
  sidecar = spawn(
    thanos,
    [
      'sidecar',
      `--http-address=127.0.0.1:${await freePort()}`,
      `--grpc-address=127.0.0.1:${await freePort()}`,
      `--prometheus.url=${lab.url}`,
      `--tsdb.path=${join(root, 'data')}`,
      `--objstore.config-file=${join(root, 'bucket.yml')}`,
    ],
    { stdio: 'ignore' },
  );
}, 120_000);
afterAll(async () => {
  sidecar.kill('SIGKILL');
  await lab.stop('SIGKILL');
  rmSync(root, { recursive: true });
});

/** One turn of the compactor, as deployed but for what it waits for. */
async function compact(without: readonly string[] = []): Promise<{ status: number | null; log: string }> {
  const command = compactCommand({
    objstore: readFileSync(join(root, 'bucket.yml'), 'utf8'),
    dataDir: join(root, 'compactor'),
    retention: { raw: '0d', fiveMinutes: '0d' },
    maxLevel: 4,
  }).filter((flag) => flag !== '--wait' && !/^--(http-address|delete-delay)/.test(flag) && !without.includes(flag));
  const args = [
    ...command,
    '--consistency-delay=0s',
    '--delete-delay=0s',
    `--http-address=127.0.0.1:${await freePort()}`,
  ];
  const { status, stderr } = spawnSync(thanos, args, { encoding: 'utf8', timeout: 60_000 });
  return { status, log: stderr };
}

test('backfilled samples reach the bucket beside the others of their time, and the compactor makes them one', async () => {
  // A gap of a quarter of an hour in what becomes the first block, which is uploaded as it is.
  await push(lab.url, hours(0, 1));
  await push(lab.url, hours(1.25, 3.25));
  await eventually('the first block is uploaded', () => bucket().length === 1, 90_000);
  expect(bucket()[0]!.stats.numSamples).toBe(samplesIn(1.75));

  // Backfilled later; both are in the head until the next block is cut.
  await push(lab.url, hours(1, 1.25));
  await push(lab.url, hours(3.25, 5.25));
  await eventually('the backfilled block is uploaded', () => bucket().length === 3, 90_000);
  const backfilled = bucket().find(({ compaction }) => compaction.hints?.includes('from-out-of-order'));
  expect(backfilled).toMatchObject({
    minTime: start,
    stats: { numSamples: samplesIn(0.25) },
    compaction: { level: 1 },
  });

  const halted = await compact([VERTICAL]);
  expect(halted.status).not.toBe(0);
  expect(halted.log).toMatch(/overlaps found/);

  const compacted = await compact();
  expect(compacted).toMatchObject({ status: 0 });
  const first = bucket().filter(({ minTime }) => minTime === start);
  expect(first).toMatchObject([{ stats: { numSamples: samplesIn(2) }, compaction: { level: 2 } }]);
  expect(bucket()).toHaveLength(2);
});
