import { EC2Client, type Volume, type VolumeState } from '@aws-sdk/client-ec2';
import { runCommand } from '../../../../agent/boot/host';
import { mountDataVolume, newestVolume, type DataVolumePlace } from '../../../../agent/boot/volume';
import { ownTags, readStorage, toTags } from '../../../../lib/shell/aws/ebs';
import type { NodeConfig } from '../../../../lib/contract/documents/node-config';
import { TAGS } from '../../../../lib/contract/tags';

/** States of volumes that the emulator never shows. */
const config = { cluster: 'test', shard: 0, node: 'a', region: 'eu-west-1' } as NodeConfig;
let volumes: Volume[];
beforeEach(() => {
  jest.spyOn(EC2Client.prototype, 'send').mockImplementation(async (command: object) => {
    const { name } = command.constructor;
    if (name === 'DescribeVolumesCommand') return { Volumes: volumes };
    if (name === 'DescribeSnapshotsCommand') return { Snapshots: [] };
    throw new Error(`${name} is not expected`);
  });
});
afterEach(() => jest.restoreAllMocks());

const volume = (VolumeId: string, State: VolumeState, tags: Readonly<Record<string, string>>): Volume => ({
  VolumeId,
  State,
  AvailabilityZone: 'z',
  Attachments: [],
  Tags: toTags({ ...ownTags('test', 0), ...tags }),
});
const data = (generation: number, state: VolumeState): Volume =>
  volume(`vol-${generation}`, state, { [TAGS.node]: 'a', [TAGS.generation]: String(generation) });

test('a node keeps its volume until the one that is made for it is there', async () => {
  volumes = [data(1, 'in-use'), data(2, 'creating')];
  expect(await newestVolume(config)).toMatchObject({ id: 'vol-1' });
  volumes = [data(1, 'in-use'), data(2, 'available')];
  expect(await newestVolume(config)).toMatchObject({ id: 'vol-2' });
});

test.each(['error', 'deleting', 'deleted'] as const)('in the state %s it is as if there were none', async (state) => {
  volumes = [data(1, state)];
  expect(await newestVolume(config)).toBeNull();
  expect((await readStorage(new EC2Client({ region: 'eu-west-1' }), 'test', 0)).volumes).toEqual([]);
  // So that another one is asked for: EC2 would refuse to attach this one for ever.
  const place: DataVolumePlace = {
    config,
    instanceId: 'i-1',
    mountPoint: '/nowhere',
    deviceDir: '/nowhere',
    onHost: runCommand,
    log: () => undefined,
  };
  await expect(mountDataVolume(place)).rejects.toThrow(/no data volume for a/);
});

test('one that was made for a test and broke can be deleted', async () => {
  const tags = { [TAGS.testOf]: 'snap-1', [TAGS.testedBy]: 'a' };
  volumes = [volume('vol-test', 'error', tags)];
  const { tests } = await readStorage(new EC2Client({ region: 'eu-west-1' }), 'test', 0);
  expect(tests).toMatchObject([{ id: 'vol-test', available: true }]);
});

test('what a program said becomes a tag that EC2 takes', () => {
  const value = (text: string): string => toTags({ said: text })[0]!.Value!;
  expect(value('bad: block 01:\n\tinvalid\u0000 “index”')).toBe('bad: block 01: invalid  “index”');
  expect(value(`${'x'.repeat(255)}😀`)).toBe('x'.repeat(255));
});
