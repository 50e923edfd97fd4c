import { CreateTagsCommand, DeleteVolumeCommand } from '@aws-sdk/client-ec2';
import { toTags, type ShardStorage, type TestVolume } from '../../lib/shell/aws/ebs';
import { makeTestVolume } from '../../lib/shell/aws/test-volume';
import { TAGS } from '../../lib/contract/tags';
import { isHealthy } from '../../lib/core/failover/health';
import { nextToTest } from '../../lib/core/volumes/snapshots';
import { type SnapshotDeps, forEachOf, type Reports } from './step';

/** A test that takes longer is given up: its node may be gone. The snapshot is tried again. */
const TEST_WITHIN_MS = 15 * 60_000;

/** A test that is begun again within it is the same one. Later a new one: EC2 never makes again what was deleted. */
const SAME_TEST_MS = 60_000;

/** A node that does not alert tries it, in its own zone: a snapshot is of the region. */
export async function beginTests(
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
  const token = Math.floor(now() / SAME_TEST_MS);
  const volume = await makeTestVolume(ec2, { cluster, shard, snapshot, by: tester, zone, token });
  log('info', 'test-begun', { snapshot: snapshot.id, of: snapshot.node, by: tester, volume });
}

/** Writes down what nodes found, and takes back the volumes that were made for it, and no other. */
export async function takeResults({ ec2, now, log }: SnapshotDeps, s: ShardStorage, reports: Reports): Promise<void> {
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
