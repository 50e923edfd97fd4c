import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
  type Volume,
} from '@aws-sdk/client-ec2';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { restoreStep, restoreVolumes, type RestoreDeps } from '../../../lambdas/restore-snapshot/cycle';
import { ownTags, toTags } from '../../../lib/shell/aws/ebs';
import { s3ControlStore, type ControlStore } from '../../../lib/shell/assignment/store';
import type { Probe } from '../../../lib/core/failover/health';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { TAGS } from '../../../lib/contract/tags';
import type { Emulator } from '../../../local/emulator/deploy';
import { startExtendedEmulator } from '../agent/agent-tools';
import { aProbe } from '../../fixtures/builders';

/** restore-snapshot's steps against the emulator; the node is played: it takes the newest volume that it has. */
const CREDENTIALS = { accessKeyId: 'x', secretAccessKey: 'x' };
const REGION = 'eu-west-1';
const ZONE = 'eu-west-1a';
let emulator: Emulator;
let dir: string;
let ec2: EC2Client;
let store: ControlStore;
let nodes = 0;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'promha-restore-'));
  emulator = await startExtendedEmulator(dir);
  const client = { endpoint: `http://${emulator.listen[0]}`, region: REGION, credentials: CREDENTIALS };
  ec2 = new EC2Client(client);
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  await s3.send(
    new CreateBucketCommand({ Bucket: 'control', CreateBucketConfiguration: { LocationConstraint: REGION } }),
  );
  store = s3ControlStore(s3, 'control', 0, 5_000);
}, 180_000);
afterAll(async () => {
  await emulator.stop();
  rmSync(dir, { recursive: true });
});

interface Case {
  readonly node: string;
  readonly volume: string;
  /** Taken 30, 20 and 10 minutes before the corruption: good, good, bad. */
  readonly snapshots: readonly string[];
}

/** A node of its own with a volume that is corrupted, and snapshots from before. */
async function corrupted(verdicts: readonly string[] = ['good', 'good', 'bad: it does not open']): Promise<Case> {
  const node = `node-${(nodes += 1)}`;
  const tags = { ...ownTags('test', 0), [TAGS.node]: node, [TAGS.generation]: '1' };
  const { VolumeId } = await ec2.send(
    new CreateVolumeCommand({
      AvailabilityZone: ZONE,
      Size: 1,
      TagSpecifications: [{ ResourceType: 'volume', Tags: toTags(tags) }],
    }),
  );
  const snapshots: string[] = [];
  for (const [i, verdict] of verdicts.entries()) {
    const takenAt = new Date(Date.now() - (verdicts.length - i) * 600_000).toISOString();
    const marks = { ...tags, [TAGS.takenAt]: takenAt, ...(verdict === '' ? {} : { [TAGS.verified]: verdict }) };
    const made = await ec2.send(
      new CreateSnapshotCommand({ VolumeId, TagSpecifications: [{ ResourceType: 'snapshot', Tags: toTags(marks) }] }),
    );
    snapshots.push(made.SnapshotId!);
  }
  const c = { node, volume: VolumeId!, snapshots };
  await says(c, VolumeId!, 'the volume is gone');
  return c;
}

const says = ({ node }: Case, volumeId: string, because: string | null): Promise<void> =>
  store.writeStorage({
    version: 1,
    node,
    instanceId: 'i-1',
    zone: ZONE,
    volumeId,
    generation: 1,
    at: new Date().toISOString(),
    trouble: null,
    needsVolume: because === null ? null : { since: new Date().toISOString(), because },
    tested: null,
  });

const probe = (node: string, gateOpen = false): Probe => aProbe(node, { at: Date.now(), agent: { gateOpen } });

const deps = (node: string, over: Partial<RestoreDeps> = {}): RestoreDeps => ({
  ec2,
  store,
  cluster: 'test',
  shard: 0,
  nodes: [node, 'other'],
  probes: new Map([
    [node, probe(node)],
    ['other', probe('other', true)],
  ]),
  policy: DEFAULT_POLICY,
  now: Date.now,
  log: () => undefined,
  ...over,
});

async function volumesOf(node: string): Promise<Volume[]> {
  const { Volumes } = await ec2.send(
    new DescribeVolumesCommand({ Filters: [{ Name: `tag:${TAGS.node}`, Values: [node] }] }),
  );
  return Volumes!;
}

const tagOf = (volume: Volume | undefined, name: string): string | undefined =>
  volume?.Tags?.find((t) => t.Key === name)?.Value;

/** What the node's agent does: it takes the newest volume, on which `works` says whether it gets well. */
async function playNode(c: Case, isHealthy: (snapshot: string) => boolean = () => true): Promise<void> {
  const newest = (await volumesOf(c.node)).sort(
    (a, b) => Number(tagOf(b, TAGS.generation)) - Number(tagOf(a, TAGS.generation)),
  )[0]!;
  if (newest.VolumeId === c.volume || newest.VolumeId === (await store.readStorage(c.node))!.volumeId) return;
  await says(c, newest.VolumeId!, isHealthy(newest.SnapshotId!) ? null : 'its TSDB does not open');
}

async function untilEnd(c: Case, d: RestoreDeps, isHealthy?: (snapshot: string) => boolean): Promise<string> {
  for (let call = 0; call < 40; call += 1) {
    await restoreStep(d, c.node).catch((error: Error) => {
      if (error.message !== 'killed') throw error;
    });
    await playNode(c, isHealthy);
    const state = (await store.readRestore(c.node))?.record.state;
    if (state === 'done' || state === 'given-up') return state;
  }
  throw new Error('it does not end');
}

/** The process dies at its nth write to EC2 or S3, before or after the write has taken effect. */
function killedAt(c: Case, nth: number, when: 'before' | 'after'): { d: RestoreDeps; hit: () => boolean } {
  let writes = 0;
  let hit = false;
  const guard = async <T>(write: () => Promise<T>): Promise<T> => {
    writes += 1;
    const dies = writes === nth;
    hit ||= dies;
    if (dies && when === 'before') throw new Error('killed');
    const value = await write();
    if (dies) throw new Error('killed');
    return value;
  };
  // By its type one of the SDK's: what reads by pages takes no other.
  const client = Object.assign(Object.create(EC2Client.prototype) as EC2Client, {
    send: (command: object) =>
      command.constructor.name.startsWith('Describe')
        ? ec2.send(command as never)
        : guard(() => ec2.send(command as never)),
  });
  const guarded = {
    ...store,
    writeRestore: (...args: Parameters<ControlStore['writeRestore']>) => guard(() => store.writeRestore(...args)),
  };
  return { d: deps(c.node, { ec2: client, store: guarded }), hit: () => hit };
}

async function expectRestored(c: Case, from: string): Promise<void> {
  const volumes = await volumesOf(c.node);
  expect(volumes.map((v) => tagOf(v, TAGS.generation)).sort()).toEqual(['1', '2']);
  const made = volumes.find((v) => v.VolumeId !== c.volume)!;
  expect(made).toMatchObject({ SnapshotId: from, Encrypted: true, AvailabilityZone: ZONE });
  expect((await store.readRestore(c.node))!.record).toMatchObject({
    state: 'done',
    volumeId: made.VolumeId,
    from: c.volume,
  });
  expect(
    tagOf(
      volumes.find((v) => v.VolumeId === c.volume),
      TAGS.kept,
    ),
  ).toContain(made.VolumeId);
}

test('a node that asks gets a volume of its latest good snapshot, and the old one is kept by name', async () => {
  const c = await corrupted();
  expect(await untilEnd(c, deps(c.node))).toBe('done');
  await expectRestored(c, c.snapshots[1]!);
}, 180_000);

test.each(['before', 'after'] as const)(
  'killed at each of its writes, %s it took effect, it ends the same',
  async (when) => {
    let kills = 0;
    for (let nth = 1; nth < 20; nth += 1) {
      const c = await corrupted();
      const { d, hit } = killedAt(c, nth, when);
      expect(await untilEnd(c, d)).toBe('done');
      await expectRestored(c, c.snapshots[1]!);
      if (!hit()) break;
      kills += 1;
    }
    // Record, volume, record of the volume, tag, end: fewer would mean that nothing was killed.
    expect(kills).toBe(5);
  },
  120_000,
);

test('two calls at once make one volume', async () => {
  for (let round = 0; round < 5; round += 1) {
    const c = await corrupted();
    await Promise.all([untilEnd(c, deps(c.node)), untilEnd(c, deps(c.node))]);
    await expectRestored(c, c.snapshots[1]!);
  }
}, 180_000);

test('a snapshot that does not help is said to be bad, and the one before is used', async () => {
  const c = await corrupted(['good', 'good']);
  expect(await untilEnd(c, deps(c.node), (snapshot) => snapshot !== c.snapshots[1])).toBe('done');
  const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [c.snapshots[1]!] }));
  expect(tagOf(Snapshots![0] as Volume, TAGS.verified)).toMatch(/^bad: /);
  expect((await store.readRestore(c.node))!.record).toMatchObject({ snapshotId: c.snapshots[0], generation: 3 });
}, 180_000);

test('when none helps it is given up, and nothing is made any more', async () => {
  const c = await corrupted(['good', 'good']);
  expect(await untilEnd(c, deps(c.node), () => false)).toBe('given-up');
  const before = (await volumesOf(c.node)).length;
  await restoreStep(deps(c.node), c.node);
  expect(await volumesOf(c.node)).toHaveLength(before);
}, 180_000);

test('the only node that serves is not touched, nor any while paused', async () => {
  const c = await corrupted();
  const alone = new Map([[c.node, probe(c.node)]]);
  const { because } = await restoreStep(deps(c.node, { probes: alone }), c.node);
  expect(because).toMatch(/only node that serves/);
  expect(await volumesOf(c.node)).toHaveLength(1);
});

test('a node whose restore fails does not keep the others without a volume', async () => {
  const c = await corrupted();
  await says(c, c.volume, 'it is gone');
  const broken = {
    ...store,
    readStorage: (node: string) =>
      node === 'broken' ? Promise.reject(new Error('no access')) : store.readStorage(node),
  };
  const all = deps(c.node, { store: broken, nodes: ['broken', c.node, 'other'] });
  await expect(restoreVolumes(all)).rejects.toThrow('broken: no access');
  expect(await volumesOf(c.node)).toHaveLength(2);
});
