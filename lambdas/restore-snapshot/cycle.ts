import { CreateTagsCommand, CreateVolumeCommand, DeleteVolumeCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { clientToken, ownTags, readStorage, toTags } from '../../lib/shell/aws/ebs';
import { reasonOf } from '../../lib/shell/probes/prober';
import type { ControlStore } from '../../lib/shell/assignment/store';
import type { NodeId } from '../../lib/contract/documents/assignment';
import type { RestoreRecord } from '../../lib/contract/documents/storage';
import { TAGS } from '../../lib/contract/tags';
import { isAlerting, isHealthy } from '../../lib/core/failover/health';
import { nextRestoreStep } from '../../lib/core/volumes/restore';
import type { RestoreStep } from '../../lib/core/volumes/restore-step';
import type { StorageDeps } from '../shared/storage-deps';

export interface RestoreDeps extends StorageDeps {
  readonly store: Pick<ControlStore, 'readAssignment' | 'readStorage' | 'readRestore' | 'writeRestore'>;
}

/** How a restore of a node stands after the call; null record: there never was one. */
export interface RestoreOutcome {
  readonly node: NodeId;
  readonly because: string;
  readonly asks: boolean;
  readonly record: RestoreRecord | null;
}

/** Somebody waits for a volume that can still come, or a restore goes on. */
export const isUnderWay = ({ asks, record }: RestoreOutcome): boolean =>
  record?.state === 'running' || (asks && record?.state !== 'given-up');

/** A volume of gp3 fills lazily from its snapshot; at this rate, MiB/s, it is whole before anybody waits for it. */
const INITIALIZATION_RATE = 300;
/** Steps that follow each other at once; the rest waits for somebody. */
const MOST_STEPS = 6;

/** Goes on with what is to be restored, one node after the other, as far as it comes without waiting. */
export async function restoreVolumes(deps: RestoreDeps): Promise<RestoreOutcome[]> {
  const outcomes: RestoreOutcome[] = [];
  const failed: string[] = [];
  for (const node of deps.nodes) {
    try {
      let outcome = await restoreStep(deps, node);
      for (let step = 1; outcome.again && step < MOST_STEPS; step += 1) outcome = await restoreStep(deps, node);
      outcomes.push(outcome);
    } catch (error) {
      // One that fails must not keep the others without a volume.
      failed.push(`${node}: ${reasonOf(error)}`);
    }
  }
  if (failed.length > 0) throw new Error(failed.join('; '));
  return outcomes;
}

/** One step for one node: read all, decide, write. `again`: the next one need not wait. */
export async function restoreStep(
  deps: RestoreDeps,
  node: NodeId,
): Promise<RestoreOutcome & { readonly again: boolean }> {
  const { ec2, store, cluster, shard, nodes, probes, policy, now, log } = deps;
  const report = await store.readStorage(node);
  const read = await store.readRestore(node);
  const quiet = (because: string): RestoreOutcome & { again: boolean } => ({
    node,
    because,
    asks: false,
    record: read?.record ?? null,
    again: false,
  });
  if (report === null) return quiet(`${node} has never said how its volume is.`);
  if (report.needsVolume === null && (read?.record.state ?? 'done') === 'done')
    return quiet(`${node} asks for no volume.`);

  const [storage, assignment] = await Promise.all([readStorage(ec2, cluster, shard), store.readAssignment()]);
  const probe = probes.get(node);
  const step = nextRestoreStep(
    {
      report,
      record: read?.record ?? null,
      volumes: storage.volumes.filter((v) => v.node === node),
      snapshots: storage.snapshots.filter((s) => s.node === node),
      isHealthy: probe !== undefined && isHealthy(probe, policy),
      anotherIsAlerting: nodes.some((n) => n !== node && probes.has(n) && isAlerting(probes.get(n)!, policy)),
      paused: (assignment?.assignment.paused ?? null) !== null,
    },
    now(),
  );
  const { record, went } = await carryOut(deps, step, read, report.zone);
  log(step.do === 'nothing' || step.do === 'wait' ? 'info' : 'warn', `restore-${step.do}`, {
    node,
    because: step.because,
    went,
  });
  return {
    node,
    because: step.because,
    asks: report.needsVolume !== null,
    record,
    again: went && record?.state === 'running' && step.do !== 'wait',
  };
}

/** `went` false: somebody else was first, or there was nothing to do. */
async function carryOut(
  { ec2, store, cluster, shard, log }: RestoreDeps,
  step: RestoreStep,
  read: { readonly record: RestoreRecord; readonly etag: string } | null,
  zone: string,
): Promise<{ record: RestoreRecord | null; went: boolean }> {
  const before = read?.record ?? null;
  if (step.do === 'nothing' || step.do === 'wait') return { record: before, went: false };
  if (step.do === 'create') {
    const { node } = before!;
    const made = await ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: zone,
        SnapshotId: step.snapshotId,
        VolumeType: 'gp3',
        Encrypted: true,
        VolumeInitializationRate: INITIALIZATION_RATE,
        ClientToken: clientToken('restore', cluster, shard, node, before!.startedAt, step.generation, step.snapshotId),
        TagSpecifications: [
          {
            ResourceType: 'volume',
            Tags: toTags({
              ...ownTags(cluster, shard),
              [TAGS.node]: node,
              [TAGS.generation]: String(step.generation),
              [TAGS.restoredFrom]: step.snapshotId,
              Name: `${cluster}-${node}-data`,
            }),
          },
        ],
      }),
    );
    log('warn', 'volume-made', { node, volume: made.VolumeId, from: step.snapshotId, generation: step.generation });
    const record = { ...before!, volumeId: made.VolumeId! };
    return { record, went: (await store.writeRestore(record, read!.etag)) === 'written' };
  }
  if (step.do === 'withdraw' && step.volumeId !== null) {
    await ec2.send(new DeleteVolumeCommand({ VolumeId: step.volumeId }));
  }
  if (step.do === 'markBad') await tag(ec2, step.snapshotId, { [TAGS.verified]: `bad: ${step.because}` });
  if (step.do === 'finish') {
    for (const id of step.keep) {
      await tag(ec2, id, { [TAGS.kept]: `replaced by ${step.record.volumeId}: ${step.record.because}` });
    }
  }
  const written = await store.writeRestore(step.record, read?.etag ?? null);
  return { record: step.record, went: written === 'written' };
}

async function tag(ec2: EC2Client, id: string, tags: Readonly<Record<string, string>>): Promise<void> {
  await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: toTags(tags) }));
}
