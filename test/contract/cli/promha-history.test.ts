import type { ChildProcess } from 'node:child_process';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { renderHistory } from '../../../lib/cli/commands/history';
import { readHistory } from '../../../lib/shell/assignment/history';
import { s3ControlStore } from '../../../lib/shell/assignment/store';
import type { Assignment } from '../../../lib/contract/documents/assignment';
import { promoted } from '../../../lib/core/failover/promoted';
import { resolveTools } from '../../../local/tools';
import { startEmulator } from '../agent/agent-tools';

const BUCKET = 'control';
const HANDLE = { cluster: 'c', shard: 0, controlBucket: BUCKET };
const EPOCHS = 7;
let emulator: { url: string; process: ChildProcess };
let s3: S3Client;

beforeAll(async () => {
  const { moto_server } = await resolveTools(['moto_server']);
  emulator = await startEmulator(moto_server.path);
  s3 = new S3Client({
    endpoint: emulator.url,
    region: 'eu-west-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration }));
}, 60_000);
afterAll(() => {
  s3.destroy();
  emulator.process.kill();
});

test('where nothing was ever written it says so', async () => {
  const changes = await readHistory(HANDLE, s3, 10);
  expect(changes).toEqual([]);
  expect(renderHistory(changes)).toMatch(/^No change yet/);
});

test('every version is read, newest first, however many S3 lists at once', async () => {
  const store = s3ControlStore(s3, BUCKET, 0, 5_000);
  let last: Assignment | null = null;
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    const change = { active: 'a', reason: `change ${epoch}`, by: 'health-check', appliedEpoch: 0 } as const;
    const etag = (await store.readAssignment())?.etag ?? null;
    last = promoted(last, change, Date.UTC(2026, 0, 1) + epoch, 60_000);
    expect(await store.writeAssignment(last, etag)).toBe('written');
  }
  const epochs = async (limit: number, page?: number): Promise<number[]> =>
    (await readHistory(HANDLE, s3, limit, page)).map(({ epoch }) => epoch);
  expect(await epochs(50)).toEqual([7, 6, 5, 4, 3, 2, 1]);
  expect(await epochs(50, 3)).toEqual([7, 6, 5, 4, 3, 2, 1]);
  expect(await epochs(5, 3)).toEqual([7, 6, 5, 4, 3]);
  expect(await epochs(1)).toEqual([7]);
});
