import { DeleteVolumeCommand, type EC2Client } from '@aws-sdk/client-ec2';
import type { NodeId } from '../../contract/documents/assignment';
import type { SnapshotTest, StorageReport } from '../../contract/documents/storage';
import { chooseRestore, type RestoreChoice } from '../../core/smoke/restore';
import type { KnownSnapshot } from '../../core/volumes/snapshots';
import { ebsClient, readStorage } from '../../shell/aws/ebs';
import { makeTestVolume } from '../../shell/aws/test-volume';
import { s3ControlStore, type ControlStore } from '../../shell/assignment/store';
import { readAnnouncements } from '../cluster/announcements';
import type { Part, SmokeDeps } from './deps';
import { lookUntil } from './until';

const TIMEOUT_MS = 5_000;
/** A snapshot is taken every 10 minutes. */
const CHOICE = { everyMs: 10_000, withinMs: 900_000 };
const TRIED = { everyMs: 3_000, withinMs: 900_000 };
/** take-snapshot comes once a minute. */
const GONE = { everyMs: 5_000, withinMs: 240_000 };

/** A volume of the newest snapshot, which a standby mounts and reads as after a restore. No data volume takes part. */
export const restoreSnapshot: Part = async (deps) => {
  const { handle, s3, signal, say, undo } = deps;
  const store = s3ControlStore(s3, handle.controlBucket, handle.shard, TIMEOUT_MS);
  const ec2 = ebsClient();
  const { nodes } = await readAnnouncements(store, handle.shard);
  if ([...(await readReports(store, nodes)).values()].every((report) => report === null)) {
    return { skipped: 'Data volumes are not looked after: `snapshots` is off in config/cluster.ts.' };
  }
  const chosen = await choose(deps, ec2, store, nodes);
  if ('wait' in chosen) return { measurements: {}, findings: [`Nothing could be restored: ${chosen.wait}.`] };

  const { snapshot, by, zone } = chosen;
  const orderedAt = Date.now();
  const { cluster, shard } = handle;
  const volume = await makeTestVolume(ec2, { cluster, shard, snapshot, by, zone, token: orderedAt });
  const back = undo.defer({
    what: `the volume ${volume}, made of ${snapshot.id}, is gone`,
    how: async () => {
      if (!(await isThere(ec2, handle, volume))) return;
      await ec2.send(new DeleteVolumeCommand({ VolumeId: volume }));
    },
    byHand: `nothing: ${cluster}-take-snapshot deletes it once ${by} lets go of it; or aws ec2 delete-volume --volume-id ${volume}`,
  });
  say(`${volume} is made of ${snapshot.id} (${new Date(snapshot.takenAt).toISOString()}) for ${by}.`);
  const tried = await lookUntil({ ...TRIED, signal }, async () =>
    testOf((await readReports(store, [by])).get(by)!, volume),
  );
  const gone = await lookUntil({ ...GONE, signal }, async () => ((await isThere(ec2, handle, volume)) ? null : true));
  await undo.now(back).catch((error: Error) => say(`! ${volume}: ${error.message}`)); // tried again at the end
  return {
    measurements: {
      restored: tried === null ? null : Math.max(0, Date.parse(tried.at) - orderedAt) / 1000,
      restoredGood: tried === null ? null : Number(tried.good),
      volumesLeft: gone === null ? 1 : 0,
    },
    findings:
      tried === null ? [`${by} did not try ${volume} in time.`] : [`${by}, of ${snapshot.id}: ${tried.because}.`],
  };
};

async function choose(
  { handle, signal, say }: SmokeDeps,
  ec2: EC2Client,
  store: ControlStore,
  nodes: readonly NodeId[],
): Promise<RestoreChoice<KnownSnapshot>> {
  let last: RestoreChoice<KnownSnapshot> = { wait: 'nothing was looked at' };
  let told = '';
  await lookUntil({ ...CHOICE, signal }, async () => {
    const [{ snapshots, tests }, reports, assigned] = await Promise.all([
      readStorage(ec2, handle.cluster, handle.shard),
      readReports(store, nodes),
      store.readAssignment(),
    ]);
    last = chooseRestore({ active: assigned?.assignment.active ?? null, reports, tests }, snapshots);
    if (!('wait' in last)) return last;
    if (last.wait !== told) say(`Waiting: ${last.wait}.`);
    told = last.wait;
    return null;
  });
  return last;
}

async function readReports(
  store: Pick<ControlStore, 'readStorage'>,
  nodes: readonly NodeId[],
): Promise<Map<NodeId, StorageReport | null>> {
  return new Map(await Promise.all(nodes.map(async (node) => [node, await store.readStorage(node)] as const)));
}

const testOf = (report: StorageReport | null, volume: string): SnapshotTest | null =>
  report?.tested?.volumeId === volume ? report.tested : null;

async function isThere(ec2: EC2Client, { cluster, shard }: SmokeDeps['handle'], volume: string): Promise<boolean> {
  return (await readStorage(ec2, cluster, shard)).tests.some(({ id }) => id === volume);
}
