import { CreateSnapshotCommand, DeleteSnapshotCommand } from '@aws-sdk/client-ec2';
import { ownTags, readStorage, toTags, type ShardStorage } from '../../lib/shell/aws/ebs';
import { reasonOf } from '../../lib/shell/probes/prober';
import type { NodeId } from '../../lib/contract/documents/assignment';
import { METRICS } from '../../lib/contract/metrics';
import { TAGS } from '../../lib/contract/tags';
import { hasYoungGood, isDue, toPrune, type KnownSnapshot } from '../../lib/core/volumes/snapshots';
import type { MetricValue } from '../shared/metrics';
import { type SnapshotDeps, forEachOf, type Reports } from './step';
import { beginTests, takeResults } from './restore-tests';

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
