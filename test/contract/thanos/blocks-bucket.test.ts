import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { checkBucket } from '../../../agent/thanos/bucket-check';
import { readUploads } from '../../../agent/thanos/uploads';
import { uploadAgeMs, waitingBlocks } from '../../../lib/core/thanos/uploads';
import { resolveTools } from '../../../local/tools';
import { startEmulator } from '../agent/agent-tools';

describe('the bucket for blocks, as a node sees it', () => {
  let emulator: { url: string; process: ChildProcess };
  let s3: S3Client;
  const client = (endpoint: string): S3Client =>
    new S3Client({
      endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      forcePathStyle: true,
      maxAttempts: 1,
    });

  beforeAll(async () => {
    const { moto_server } = await resolveTools(['moto_server']);
    emulator = await startEmulator(moto_server.path);
    s3 = client(emulator.url);
    const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' } as const;
    await s3.send(new CreateBucketCommand({ Bucket: 'blocks', CreateBucketConfiguration }));
  }, 60_000);
  afterAll(() => void emulator.process.kill('SIGKILL'));

  test('nothing is said of one that answers', async () => {
    expect(await checkBucket(s3, 'blocks')).toBeNull();
  });
  test('one that is not there is named, with what to do', async () => {
    expect(await checkBucket(s3, 'gone')).toBe('the bucket gone does not exist: deploy the stateful stack');
  });
  test('silence is an error too', async () => {
    expect(await checkBucket(client('http://127.0.0.1:9'), 'blocks')).toMatch(
      /^the bucket blocks does not answer .*\(/,
    );
  });
});

describe('a clock that is an hour behind', () => {
  const HOUR = 3_600_000;
  let server: Server;
  // As S3 does: refuses what was signed more than 15 minutes off, and tells its own time.
  beforeAll(async () => {
    server = createServer((request, response) => {
      const now = Date.now() + HOUR;
      const signed = String(request.headers['x-amz-date']).replace(
        /^(....)(..)(..)T(..)(..)(..)Z$/,
        '$1-$2-$3T$4:$5:$6Z',
      );
      const refused = Math.abs(Date.parse(signed) - now) > 900_000;
      response.writeHead(refused ? 403 : 200, { date: new Date(now).toUTCString(), 'content-type': 'application/xml' });
      const body = refused ? '<Error><Code>RequestTimeTooSkewed</Code></Error>' : '<ListBucketResult/>';
      response.end(`<?xml version="1.0"?>${body}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void server.close());

  test('is told again and again, though the SDK works around it after the first refusal', async () => {
    const s3 = new S3Client({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      forcePathStyle: true,
      maxAttempts: 1,
    });
    expect(await checkBucket(s3, 'blocks')).toMatch(/refuses this node's clock/);
    for (let round = 0; round < 2; round += 1) {
      expect(await checkBucket(s3, 'blocks')).toMatch(/clock of this node is 3(599|600) s behind that of S3/);
    }
    s3.destroy();
  });
});

describe('what the sidecar wrote down of its uploads', () => {
  const NEW = '01ARZ3NDEKTSV4RRFFQ69G5FAV'; // made 2016-07-30T23:54:10.259Z
  const OTHER = '01ARZ3NDEKTSV4RRFFQ69G5FAW';
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'promha-tsdb-'));
    for (const name of [NEW, OTHER, 'wal', 'chunks_head']) mkdirSync(join(dir, name));
  });
  afterEach(() => rmSync(dir, { recursive: true }));
  const write = (text: string): void => writeFileSync(join(dir, 'thanos.shipper.json'), text);

  test('blocks that are listed are uploaded, the others wait', async () => {
    write(JSON.stringify({ version: 1, uploaded: [NEW] }));
    const found = await readUploads(dir, 7_200_000);
    expect(waitingBlocks(found)).toEqual([OTHER]);
    expect(uploadAgeMs(found, 1_469_922_850_259 + 60_000)).toBe(60_000);
  });
  test('no record yet, and one without uploads, which the sidecar writes as null', async () => {
    expect((await readUploads(dir, 7_200_000)).uploaded).toEqual([]);
    write('{"version":1,"uploaded":null}');
    expect((await readUploads(dir, 7_200_000)).uploaded).toEqual([]);
  });
  test('a record that cannot be parsed is an error, not an empty one', async () => {
    write('{"version":1,"uplo');
    await expect(readUploads(dir, 7_200_000)).rejects.toThrow(/record of uploads is not JSON/);
  });
});
