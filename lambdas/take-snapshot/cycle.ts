import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
} from '@aws-sdk/client-ec2';
import { clientToken, ownTags, readStorage, toTags, type ShardStorage, type TestVolume } from '../../lib/shell/aws/ebs';
import { reasonOf } from '../../lib/shell/probes/prober';
import type { ControlStore } from '../../lib/shell/assignment/store';
import type { NodeId } from '../../lib/contract/documents/assignment';
import type { StorageReport } from '../../lib/contract/documents/storage';
import { METRICS } from '../../lib/contract/metrics';
import { TAGS } from '../../lib/contract/tags';
import { isHealthy } from '../../lib/core/failover/health';
import { hasYoungGood, isDue, nextToTest, toPrune, type KnownSnapshot } from '../../lib/core/volumes/snapshots';
import type { MetricValue } from '../shared/metrics';
import type { StorageDeps } from '../shared/storage-deps';

export interface SnapshotDeps extends StorageDeps {
  readonly store: Pick<ControlStore, 'readAssignment' | 'readStorage' | 'readRestore'>;
}

/** A test that takes longer is given up: its node may be gone. The snapshot is tried again. */
const TEST_WITHIN_MS = 15 * 60_000;

/** A test that is begun again within it is the same one. Later a new one: EC2 never makes again what was deleted. */
const SAME_TEST_MS = 60_000;

export interface SnapshotOutcome {
  readonly metrics: readonly MetricValue[];
  /** What could not be done, and why. */
  readonly failed: readonly string[];
}

/** Looks at what there is and does what is due: level-triggered, so that it may end anywhere and be called at any time. */
export async function reconcileSnapshots(deps: SnapshotDeps): Promise<SnapshotOutcome> {
  const { ec2, store, cluster, shard, nodes } = deps;
  let storage = await readStorage(ec2, cluster, shard);
  const reports = new Map(await Promise.all(nodes.map(async (n) => [n, await store.readStorage(n)] as const)));
  const failed: string[] = [];
  for (const [what, step] of [
    ['results not taken', takeResults],
    ['no snapshot taken', takeSnapshots],
    ['no test begun', beginTests],
    ['not pruned', prune],
  ] as const) {
    // One that fails must not keep the others from their work.
    await step(deps, storage, reports).catch((error: Error) => failed.push(`${what}: ${reasonOf(error)}`));
    // The next test is chosen by the results of the last one.
    if (step === takeResults && storage.tests.length > 0) storage = await readStorage(ec2, cluster, shard);
  }
  return { metrics: metrics(deps, storage), failed };
}

/** One that fails must not keep the others from theirs. @throws Error with all that failed */
async function forEachOf<T>(
  all: Iterable<T>,
  nameOf: (one: T) => string,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const failed: string[] = [];
  for (const one of all) await work(one).catch((error: Error) => failed.push(`${nameOf(one)}: ${reasonOf(error)}`));
  if (failed.length > 0) throw new Error(failed.join(', '));
}

type Reports = ReadonlyMap<NodeId, StorageReport | null>;

async function takeSnapshots(
  { ec2, cluster, shard, nodes, policy, now, log }: SnapshotDeps,
  s: ShardStorage,
  reports: Reports,
): Promise<void> {
  const take = async (node: NodeId): Promise<void> => {
    const report = reports.get(node) ?? null;
    // The one in use: a restore may have made a newer one that is not.
    const volume = s.volumes.find((v) => v.id === report?.volumeId);
    // Of a volume with corruption that only another one repairs there is nothing to keep, and what good ones there are, are older.
    if (volume === undefined || volume.attachedTo === null || report?.needsVolume) return;
    const ofNode = s.snapshots.filter((k) => k.node === node);
    if (!isDue(ofNode, policy.snapshots, now())) return;
    const tags = {
      ...ownTags(cluster, shard),
      [TAGS.node]: node,
      [TAGS.generation]: String(volume.generation),
      [TAGS.takenAt]: new Date(now()).toISOString(),
      Name: `${cluster}-${node}-data`,
    };
    const taken = await ec2.send(
      new CreateSnapshotCommand({
        VolumeId: volume.id,
        Description: `Data volume of ${node}, generation ${volume.generation}`,
        TagSpecifications: [{ ResourceType: 'snapshot', Tags: toTags(tags) }],
      }),
    );
    log('info', 'snapshot-taken', { node, volume: volume.id, snapshot: taken.SnapshotId });
  };
  await forEachOf(nodes, (node) => node, take);
}

/** A node that does not alert tries it, in its own zone: a snapshot is of the region. */
async function beginTests(
  { ec2, store, cluster, shard, nodes, probes, policy, now, log }: SnapshotDeps,
  s: ShardStorage,
  reports: Reports,
): Promise<void> {
  const active = (await store.readAssignment())?.assignment.active;
  const tester = nodes.find((node) => {
    const probe = probes.get(node);
    return (
      node !== active && probe !== undefined && isHealthy(probe, policy) && reports.get(node)?.needsVolume === null
    );
  });
  if (tester === undefined || s.tests.some((t) => t.testedBy === tester)) return;
  const zone = reports.get(tester)!.zone;
  const snapshot = nextToTest(nodes, s.snapshots, policy.snapshots);
  if (snapshot === null) return;
  const made = await ec2.send(
    new CreateVolumeCommand({
      AvailabilityZone: zone,
      SnapshotId: snapshot.id,
      VolumeType: 'gp3',
      Encrypted: true,
      ClientToken: clientToken('test', snapshot.id, tester, Math.floor(now() / SAME_TEST_MS)),
      TagSpecifications: [
        {
          ResourceType: 'volume',
          Tags: toTags({
            ...ownTags(cluster, shard),
            [TAGS.testOf]: snapshot.id,
            [TAGS.testedBy]: tester,
            [TAGS.takenAt]: new Date(snapshot.takenAt).toISOString(),
            Name: `${cluster}-test-of-${snapshot.id}`,
          }),
        },
      ],
    }),
  );
  log('info', 'test-begun', { snapshot: snapshot.id, of: snapshot.node, by: tester, volume: made.VolumeId });
}

/** Writes down what nodes found, and takes back the volumes that were made for it, and no other. */
async function takeResults({ ec2, now, log }: SnapshotDeps, s: ShardStorage, reports: Reports): Promise<void> {
  const take = async (test: TestVolume): Promise<void> => {
    const tested = reports.get(test.testedBy)?.tested ?? null;
    const result = tested !== null && tested.volumeId === test.id ? tested : null;
    if (result !== null) {
      const { good, because } = result;
      const found = s.snapshots.find((k) => k.id === test.snapshotId);
      if (found !== undefined && found.verdict === null) {
        const verdict = good ? 'good' : `bad: ${because}`;
        await ec2.send(new CreateTagsCommand({ Resources: [found.id], Tags: toTags({ [TAGS.verified]: verdict }) }));
        log(good ? 'info' : 'warn', 'snapshot-tested', { snapshot: found.id, of: found.node, good, because });
      }
    } else if (now() - test.madeAt < TEST_WITHIN_MS) return;
    if (!test.available) return; // its node has not let go of it yet
    await ec2.send(new DeleteVolumeCommand({ VolumeId: test.id }));
    log('info', 'test-volume-deleted', { volume: test.id, snapshot: test.snapshotId });
  };
  await forEachOf(s.tests, ({ id }) => id, take);
}

async function prune({ ec2, store, policy, now, log }: SnapshotDeps, s: ShardStorage, reports: Reports): Promise<void> {
  const restores = await Promise.all([...reports.keys()].map((node) => store.readRestore(node)));
  const busy = new Set([
    ...s.tests.map((t) => t.snapshotId),
    ...restores.flatMap((read) => (read?.record.state === 'running' ? [read.record.snapshotId] : [])),
  ]);
  // By the snapshots' own nodes: those of a node that was taken away are thinned out too.
  const all = [...new Set(s.snapshots.map((k) => k.node))].flatMap((node) => {
    const ofNode = s.snapshots.filter((k) => k.node === node);
    return toPrune(ofNode, policy.snapshots, now());
  });
  // EC2 keeps one that a person made an image of, or locked.
  await forEachOf(
    all.filter(({ id }) => !busy.has(id)),
    ({ id }) => id,
    async ({ id, node }) => {
      await ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }));
      log('info', 'snapshot-pruned', { node, snapshot: id });
    },
  );
}

function metrics({ nodes, policy, now }: SnapshotDeps, s: ShardStorage): MetricValue[] {
  const of = (node: NodeId): KnownSnapshot[] => s.snapshots.filter((k) => k.node === node);
  const without = nodes.filter((node) => !hasYoungGood(of(node), policy.snapshots, now()));
  return [{ metric: METRICS.withoutGoodSnapshot, value: without.length }];
}
