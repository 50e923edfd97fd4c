import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateVolumeCommand, EC2Client } from '@aws-sdk/client-ec2';
import { runCommand } from '../../../agent/boot/host';
import { isBlank } from '../../../agent/boot/blank';
import { mountDataVolume, type DataVolumePlace } from '../../../agent/boot/volume';
import { deviceName, UnusableVolume } from '../../../agent/boot/volume-step';
import { countLines } from '../../../agent/volumes/count-lines';
import { endedFromOutside, SnapshotTester } from '../../../agent/volumes/snapshot-tester';
import { toTags } from '../../../lib/shell/aws/ebs';
import type { NodeConfig } from '../../../lib/contract/documents/node-config';
import { TAGS } from '../../../lib/contract/tags';
import type { Emulator } from '../../../local/emulator/deploy';
import { startExtendedEmulator } from '../agent/agent-tools';

/** What an agent does with a volume that it cannot use, against the emulator; the device is a plain file. */
const REGION = 'eu-west-1';
const MIB = 2 ** 20;
let emulator: Emulator;
let dir: string;
let ec2: EC2Client;
const before = { ...process.env };

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'promha-refused-'));
  emulator = await startExtendedEmulator(dir);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://${emulator.listen[0]}`,
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
  });
  ec2 = new EC2Client({ region: REGION });
}, 180_000);
afterAll(async () => {
  process.env = before;
  await emulator.stop();
  rmSync(dir, { recursive: true });
});

async function place(
  node: string,
  tags: Readonly<Record<string, string>>,
): Promise<DataVolumePlace & { device: string }> {
  const all = { [TAGS.cluster]: 'test', [TAGS.shard]: '0', ...tags };
  const { VolumeId } = await ec2.send(
    new CreateVolumeCommand({
      AvailabilityZone: `${REGION}a`,
      Size: 1,
      TagSpecifications: [{ ResourceType: 'volume', Tags: toTags(all) }],
    }),
  );
  const deviceDir = join(dir, node);
  mkdirSync(deviceDir);
  return {
    config: { cluster: 'test', shard: 0, node, region: REGION } as NodeConfig,
    instanceId: 'i-0123456789abcdef0',
    mountPoint: join(dir, `${node}-data`),
    deviceDir,
    onHost: runCommand,
    device: join(deviceDir, deviceName(VolumeId!)),
    log: () => undefined,
  };
}

test('a volume whose beginning is destroyed is never formatted: another one is asked for', async () => {
  const at = await place('node-1', { [TAGS.node]: 'node-1', [TAGS.generation]: '1' });
  const corrupted = Buffer.alloc(20 * MIB);
  corrupted.write('samples', 3 * MIB);
  writeFileSync(at.device, corrupted);
  await expect(mountDataVolume(at)).rejects.toThrow(UnusableVolume);
  expect(readFileSync(at.device).equals(corrupted)).toBe(true);
});

test('a volume that was not made of a snapshot and cannot be mounted is asked to be replaced, after some tries', async () => {
  const at = await place('node-2', { [TAGS.node]: 'node-2', [TAGS.generation]: '1' });
  writeFileSync(at.device, Buffer.alloc(20 * MIB));
  execFileSync('/sbin/mkswap', [at.device]);
  const tries: string[] = [];
  const error = await mountDataVolume({ ...at, log: (_, event) => void tries.push(event) }).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(UnusableVolume);
  expect(tries.filter((event) => event === 'volume-not-mounted')).toHaveLength(4);
}, 60_000);

test('a device is blank when it begins with zeros, and one that cannot be read is not taken for blank', async () => {
  const device = join(dir, 'blank');
  writeFileSync(device, Buffer.alloc(17 * MIB));
  expect(await isBlank(device)).toBe(true);
  await expect(isBlank(join(dir, 'none'))).rejects.toThrow(/ENOENT/);
});

test('a machine to which the volume cannot be attached says nothing about the snapshot', async () => {
  const tags = { [TAGS.testedBy]: 'node-3', [TAGS.testOf]: 'snap-1', [TAGS.takenAt]: new Date().toISOString() };
  const results: unknown[] = [];
  const tester = new SnapshotTester({
    ...(await place('node-3', tags)),
    scratch: join(dir, 'scratch'),
    promtool: 'promtool',
    bytesPerSecond: 1e9,
    retentionMs: 1e9,
    onResult: (test) => results.push(test),
  });
  // There is no such instance.
  await expect(tester.round()).rejects.toThrow(/instance/i);
  expect(results).toEqual([]);
});

test.each([
  ['that was killed, as when memory runs out', 'kill -9 $$', 0, true],
  ['that took longer than it may', 'exec sleep 60', 200, false],
  ['that failed by itself', 'echo broken >&2; exit 1', 0, false],
])('of a program %s it is known whether it says something about the snapshot', async (_, script, timeout, outside) => {
  const error = await countLines('sh', ['-c', script], '{', timeout).then(
    () => null,
    (failed: unknown) => failed,
  );
  expect(error).not.toBeNull();
  expect(endedFromOutside(error)).toBe(outside);
});
