import { EC2Client } from '@aws-sdk/client-ec2';
import { reconcileSnapshots } from '../../../lambdas/take-snapshot/cycle';
import type { SnapshotDeps } from '../../../lambdas/take-snapshot/step';
import { ownTags, toTags } from '../../../lib/shell/aws/ebs';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import type { StorageReport } from '../../../lib/contract/documents/storage';
import { TAGS } from '../../../lib/contract/tags';
import { aProbe } from '../../fixtures/builders';

/** take-snapshot against an EC2 that refuses some of what it is asked for. */
const NOW = 40 * 86_400_000;
const HOUR = 3_600_000;

interface Call {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

const snapshot = (node: string, hoursAgo: number, verdict?: string): object => ({
  SnapshotId: `snap-${node}-${hoursAgo}`,
  VolumeId: `vol-${node}`,
  State: 'completed',
  Tags: toTags({
    ...ownTags('test', 0),
    [TAGS.node]: node,
    [TAGS.generation]: '1',
    [TAGS.takenAt]: new Date(NOW - hoursAgo * HOUR).toISOString(),
    ...(verdict === undefined ? {} : { [TAGS.verified]: verdict }),
  }),
});

const report = (node: string): StorageReport => ({
  version: 1,
  node,
  instanceId: `i-${node}`,
  zone: 'z',
  volumeId: `vol-${node}`,
  generation: 1,
  at: new Date(NOW).toISOString(),
  trouble: null,
  needsVolume: null,
  tested: null,
});

const volume = (node: string): object => ({
  VolumeId: `vol-${node}`,
  State: 'in-use',
  AvailabilityZone: 'z',
  Attachments: [{ InstanceId: `i-${node}`, State: 'attached' }],
  Tags: toTags({ ...ownTags('test', 0), [TAGS.node]: node, [TAGS.generation]: '1' }),
});

async function care(
  snapshots: readonly object[],
  refuses: (call: Call) => boolean,
  now = NOW,
): Promise<{ calls: Call[]; outcome: Awaited<ReturnType<typeof reconcileSnapshots>> }> {
  const calls: Call[] = [];
  const ec2 = new EC2Client({ region: 'eu-west-1' });
  ec2.send = async (command: { constructor: { name: string }; input: Call['input'] }): Promise<object> => {
    const call = { name: command.constructor.name.replace(/Command$/, ''), input: command.input };
    if (call.name === 'DescribeVolumes') return { Volumes: [volume('a'), volume('b')] };
    if (call.name === 'DescribeSnapshots') return { Snapshots: snapshots };
    if (refuses(call)) throw new Error('refused');
    calls.push(call);
    return { SnapshotId: 'snap-new', VolumeId: 'vol-new' };
  };
  const probe = (node: string) => aProbe(node, { at: now, agent: { gateOpen: node === 'a' } });
  const outcome = await reconcileSnapshots({
    ec2,
    store: {
      readAssignment: async () => ({ assignment: { active: 'a' } }),
      readStorage: async (node: string) => report(node),
      readRestore: async () => null,
    } as unknown as SnapshotDeps['store'],
    cluster: 'test',
    shard: 0,
    nodes: ['a', 'b'],
    probes: new Map(['a', 'b'].map((node) => [node, probe(node)])),
    policy: DEFAULT_POLICY,
    now: () => now,
    log: () => undefined,
  });
  return { calls, outcome };
}

const names = (calls: readonly Call[], name: string, field: string): unknown[] =>
  calls.filter((call) => call.name === name).map(({ input }) => input[field]);

test('a node whose volume cannot be snapshotted does not keep the others from theirs', async () => {
  const { calls, outcome } = await care([], ({ input }) => input.VolumeId === 'vol-a');
  expect(names(calls, 'CreateSnapshot', 'VolumeId')).toEqual(['vol-b']);
  expect(outcome.failed).toEqual(['no snapshot taken: a: refused']);
});

test('a snapshot that cannot be deleted, as when an image is made of it, does not keep the others for ever', async () => {
  const old = [1, 500, 600, 700].map((hours) => snapshot('a', hours, hours === 1 ? 'good' : undefined));
  const { calls, outcome } = await care(old, ({ input }) => input.SnapshotId === 'snap-a-600');
  expect(names(calls, 'DeleteSnapshot', 'SnapshotId').sort()).toEqual(['snap-a-500', 'snap-a-700']);
  expect(outcome.failed).toEqual(['not pruned: snap-a-600: refused']);
});

test('that something failed does not look as if there were no good snapshot', async () => {
  const good = [snapshot('a', 1, 'good'), snapshot('b', 1, 'good')];
  const { outcome } = await care(good, ({ name }) => name === 'CreateSnapshot');
  expect(outcome.failed).toHaveLength(1);
  expect(outcome.metrics.map(({ value }) => value)).toEqual([0]);
});

test('a test that is begun anew later is another volume: EC2 answers an old token with what it made and deleted', async () => {
  const token = async (now: number): Promise<unknown> =>
    names((await care([snapshot('a', 1)], () => false, now)).calls, 'CreateVolume', 'ClientToken')[0];
  const first = await token(NOW);
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(await token(NOW + 1_000)).toBe(first);
  expect(await token(NOW + 300_000)).not.toBe(first);
});
