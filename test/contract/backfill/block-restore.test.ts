import type { ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Pace } from '../../../lib/shell/tsdb/pace';
import { scanBlock } from '../../../lib/shell/tsdb/block';
import { BlockRestorer } from '../../../agent/backfill/block-restorer';
import { makeBlocks } from '../../../local/drills/thanos/history-import';
import { resolveTools } from '../../../local/tools';
import { eventually, startEmulator } from '../agent/agent-tools';
import { countSamples, startLab } from '../tsdb/scrub-lab';

const HOUR = 3_600_000;
// Begins 24 to 26 hours ago, on a boundary of blocks.
const FROM = Math.floor(Date.now() / (2 * HOUR)) * 2 * HOUR - 24 * HOUR;
const HISTORY = { metric: 'm', series: 10, from: FROM, to: FROM + 2 * HOUR, everyMs: 15_000 };

let emulator: { url: string; process: ChildProcess };
let s3: S3Client;
let root: string;
let made: string;
let ulid: string;
let program: string;
const files: string[] = [];

beforeAll(async () => {
  const tools = await resolveTools(['moto_server', 'promtool', 'prometheus']);
  program = tools.prometheus.path;
  emulator = await startEmulator(tools.moto_server.path);
  s3 = new S3Client({
    endpoint: emulator.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
    maxAttempts: 1,
  });
  root = mkdtempSync(join(tmpdir(), 'promha-restore-'));
  made = join(root, 'made');
  [ulid] = (await makeBlocks(HISTORY, tools.promtool.path, made)) as [string];
  files.push('meta.json', 'index', ...readdirSync(join(made, ulid, 'chunks')).map((name) => `chunks/${name}`));
  for (const Bucket of ['whole', 'corrupted', 'empty']) {
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
    if (Bucket === 'empty') continue;
    for (const path of files) {
      const Body = readFileSync(join(made, ulid, path));
      if (Bucket === 'corrupted' && path.startsWith('chunks/')) Body[Body.length - 20]! ^= 0xff;
      await s3.send(new PutObjectCommand({ Bucket, Key: `${ulid}/${path}`, Body }));
    }
    await s3.send(new PutObjectCommand({ Bucket, Key: `${ulid}/no-compact-mark.json`, Body: '{}' }));
  }
}, 120_000);
afterAll(() => {
  emulator.process.kill('SIGKILL');
  rmSync(root, { recursive: true });
});

interface Case {
  readonly data: string;
  readonly tsdb: string;
  readonly restorer: BlockRestorer;
  readonly said: string[];
}
function restorerOf(bucket: string): Case {
  const data = mkdtempSync(join(root, 'data-'));
  const tsdb = join(data, 'prometheus');
  mkdirSync(tsdb);
  const said: string[] = [];
  const restorer = new BlockRestorer({
    data,
    tsdb,
    s3,
    bucket,
    retentionMs: 15 * 24 * HOUR,
    bytesPerSecond: Infinity,
    give: async () => {},
    log: (_, event, fields) => said.push(`${event} ${String((fields as { because?: string }).because)}`),
  });
  return { data, tsdb, restorer, said };
}
const lost = { minTime: FROM, maxTime: FROM + 2 * HOUR };

test('a block that was lost comes back as it was uploaded, and Prometheus answers with it', async () => {
  const { data, tsdb, restorer, said } = restorerOf('whole');
  await restorer.lost([{ ulid, ...lost }]);
  // An agent that was killed in the middle of a file left this.
  mkdirSync(join(data, 'restore', ulid), { recursive: true });
  const index = readFileSync(join(made, ulid, 'index'));
  writeFileSync(join(data, 'restore', ulid, 'index.part'), index.subarray(0, 1_000));
  await restorer.round();
  expect(said).toEqual(['block-restore restored']);
  for (const path of files) {
    expect(readFileSync(join(tsdb, ulid, path)).equals(readFileSync(join(made, ulid, path)))).toBe(true);
  }
  expect(readdirSync(join(tsdb, ulid)).sort()).toEqual(['chunks', 'index', 'meta.json']);
  expect(await scanBlock(tsdb, ulid, true, new Pace({ bytesPerSecond: Infinity }))).toMatchObject({ spots: [] });
  await restorer.round();
  expect(restorer.status).toEqual({ wanted: [], restored: [ulid], error: null });
  mkdirSync(join(root, 'lab', 'data'), { recursive: true });
  renameSync(join(tsdb, ulid), join(root, 'lab', 'data', ulid));
  const reader = await startLab(program, join(root, 'lab'));
  await reader.ready();
  await eventually('its samples', async () => (await countSamples(reader.url, 'm', '27h')) === 10 * 480);
  await reader.stop('SIGKILL');
});

test('what is corrupted in the bucket never gets to Prometheus, and is not fetched for ever', async () => {
  const { tsdb, restorer, said } = restorerOf('corrupted');
  await restorer.lost([{ ulid, ...lost }]);
  for (let i = 0; i < 4; i += 1) await restorer.round();
  expect(existsSync(join(tsdb, ulid))).toBe(false);
  expect(said).toEqual(['block-restore what the bucket has of it was not whole 3 times']);
});

test('a block that the bucket does not have, or that is older than what is kept, is given up and said', async () => {
  const { restorer, said } = restorerOf('empty');
  await restorer.lost([
    { ulid, ...lost },
    { ulid: ulid.replace(/.$/, '0'), minTime: 0, maxTime: 1 },
  ]);
  await restorer.round();
  expect(said).toEqual([
    expect.stringContaining('the bucket does not have it'),
    'block-restore it is older than what is kept',
  ]);
});

test('a bucket that does not answer is asked again', async () => {
  const { restorer } = restorerOf('no-such-bucket');
  await restorer.lost([{ ulid, ...lost }]);
  await expect(restorer.round()).rejects.toThrow(/bucket/i);
  expect(restorer.status).toMatchObject({ wanted: [ulid], error: expect.stringContaining(ulid) });
});
