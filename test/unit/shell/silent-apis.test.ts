import { DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openMirrored } from '../../../agent/boot/artifacts';
import { fetchFile, objectsOf } from '../../../agent/backfill/block-source';
import { ebsClient } from '../../../lib/shell/aws/ebs';
import { controlS3 } from '../../../lib/shell/assignment/store';

/** APIs that take a request and say nothing, or half of something. */
const sockets: Socket[] = [];
const HALF = 'HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\nhalf';
/** Long enough for the half to come over on a busy machine. */
const PATIENCE_MS = 2000;
let says = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nall.';
let server: Server;
const before = { ...process.env };

beforeAll(async () => {
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined).once('data', () => socket.write(says));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  Object.assign(process.env, {
    // By its address: of a name, S3 would ask for the bucket's.
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  // A first request loads the SDK's parts, which takes seconds when all cores are busy.
  expect(await text(await openMirrored('mirror', 'file', 60_000))).toBe('all.');
  sockets.length = 0;
  says = '';
}, 70_000);
afterAll(async () => {
  process.env = before;
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

test('EC2 that is silent is given up, after a few tries', async () => {
  const began = Date.now();
  await expect(ebsClient('eu-west-1', 200).send(new DescribeVolumesCommand({}))).rejects.toThrow(
    'exceeded the configured 200 ms',
  );
  expect(Date.now() - began).toBeLessThan(20_000);
  expect(sockets).toHaveLength(3);
});

test('a mirror that stalls in the middle of a file is given up', async () => {
  says = HALF;
  const file = await openMirrored('mirror', 'file', PATIENCE_MS);
  await expect(text(file)).rejects.toThrow('aborted');
});

test('a bucket that stalls in the middle of a block is given up, and what came of it is kept', async () => {
  says = HALF;
  const dir = mkdtempSync(join(tmpdir(), 'promha-stalled-'));
  try {
    const file = join(dir, 'chunks', '000001');
    const from = { bucket: 'blocks', key: 'ULID/chunks/000001', bytes: 2000 };
    await expect(fetchFile(controlS3(PATIENCE_MS), from, file, PATIENCE_MS)).rejects.toThrow('aborted');
    expect(readFileSync(`${file}.part`, 'utf8')).toBe('half');
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('a bucket that stalls in the middle of its list of a block is given up', async () => {
  says = 'HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n<ListBucketResult>';
  await expect(objectsOf(controlS3(PATIENCE_MS), 'blocks', 'ULID', PATIENCE_MS)).rejects.toThrow('aborted');
});
