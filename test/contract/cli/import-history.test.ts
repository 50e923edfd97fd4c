import { execFileSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { objstoreConfig } from '../../../lib/core/thanos/objstore';
import { uploadHistory, type HistoryReport } from '../../../lib/cli/import/history';
import { resolveTools } from '../../../local/tools';
import { startEmulator } from '../agent/agent-tools';

const START = Date.UTC(2026, 0, 1);
const LABELS = { cluster: 'c', replica: 'imported', shard: '0' };
const root = mkdtempSync(join(tmpdir(), 'promha-history-'));
const blocks = join(root, 'blocks');
let emulator: { url: string; process: ChildProcess };
let s3: S3Client;
let thanos: string | null;

/** Six hours of a sample a minute, in blocks of two hours. */
beforeAll(async () => {
  const tools = await resolveTools(['moto_server', 'promtool']);
  thanos = (await resolveTools(['thanos']).catch(() => null))?.thanos.path ?? null;
  emulator = await startEmulator(tools.moto_server.path);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = { endpoint: emulator.url, region: 'eu-west-1', credentials, forcePathStyle: true, maxAttempts: 1 };
  s3 = new S3Client({ ...client, requestChecksumCalculation: 'WHEN_REQUIRED' });
  const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' } as const;
  await s3.send(new CreateBucketCommand({ Bucket: 'blocks', CreateBucketConfiguration }));
  const lines = Array.from({ length: 360 }, (_, i) => `x_total{job="j"} ${i} ${(START + i * 60_000) / 1000}`);
  mkdirSync(blocks);
  writeFileSync(join(root, 'om'), ['# TYPE x counter', ...lines, '# EOF', ''].join('\n'));
  execFileSync(tools.promtool.path, ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', join(root, 'om'), blocks]);
}, 120_000);
afterAll(() => {
  s3.destroy();
  emulator.process.kill('SIGKILL');
  rmSync(root, { recursive: true });
});

const run = (apply: boolean, labels = LABELS): Promise<HistoryReport> =>
  uploadHistory(blocks, { s3, name: 'blocks' }, labels, { apply, say: () => {} });
const keys = async (): Promise<string[]> =>
  ((await s3.send(new ListObjectsV2Command({ Bucket: 'blocks' }))).Contents ?? []).map(({ Key }) => Key!);
const fatesOf = ({ blocks: all }: HistoryReport): string[] => all.map(({ fate }) => fate);

test('a dry run says which blocks, with their samples, and sends nothing', async () => {
  const report = await run(false);
  expect(fatesOf(report)).toEqual(['upload', 'upload', 'upload']);
  expect(report.blocks.map(({ block }) => block.samples)).toEqual([120, 120, 120]);
  expect(await keys()).toEqual([]);
});

test('interrupted in the second block it goes on there, and then there is nothing to do', async () => {
  const send = s3.send.bind(s3);
  let metas = 0;
  const cut = jest.spyOn(s3, 'send').mockImplementation(((command: { input: { Key?: string } }) => {
    if (/\/meta\.json$/.test(command.input.Key ?? '') && ++metas === 2) throw new Error('cut off');
    return send(command as never);
  }) as never);
  await expect(run(true)).rejects.toThrow('cut off');
  cut.mockRestore();
  const half = await keys();
  expect(half.filter((key) => key.endsWith('/meta.json'))).toHaveLength(1);
  const report = await run(true);
  expect(report).toMatchObject({ uploaded: 2 });
  expect(fatesOf(report)).toEqual(['there', 'upload', 'upload']);
  expect(fatesOf(await run(true))).toEqual(['there', 'there', 'there']);
});

test('Thanos takes them for blocks of these labels, and finds nothing wrong with them', () => {
  if (thanos === null) return;
  const config = objstoreConfig({ bucket: 'blocks', region: 'eu-west-1', endpoint: emulator.url });
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const ask = (...args: string[]): string =>
    execFileSync(thanos!, ['tools', 'bucket', ...args, `--objstore.config=${config}`], {
      env,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  const inspected = ask('inspect', '--output=csv');
  expect(inspected.match(/cluster=c,replica=imported,shard=0/g)).toHaveLength(3);
  expect(inspected).toContain(new Date(START).toISOString().slice(0, 10));
  ask('verify', '--issues=index_known_issues', '--issues=overlapped_blocks');
});

test('another server’s blocks of the same time need another name, and are told', async () => {
  const second = await run(false, { ...LABELS, replica: 'second' });
  expect(fatesOf(second)).toEqual(['upload', 'upload', 'upload']);
  expect(second.besides).toBe(0);
});

test('a block whose index is damaged is not sent', async () => {
  const [ulid = ''] = readdirSync(blocks);
  const path = join(blocks, ulid, 'index');
  const bytes = readFileSync(path);
  bytes[bytes.length - 60]! ^= 0xff;
  bytes[bytes.length - 3]! ^= 0xff;
  writeFileSync(path, bytes);
  const { blocks: all } = await run(false, { ...LABELS, replica: 'third' });
  const damaged = all.filter(({ fate }) => fate === 'refused');
  expect(damaged.map(({ block, why }) => [block.ulid, why])).toEqual([[ulid, expect.stringContaining('checksum')]]);
});
