import { ebsClient, readStorage } from '../../shell/aws/ebs';
import { reasonOf } from '../../shell/probes/prober';
import type { ControlStore } from '../../shell/assignment/store';
import type { NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';
import { nodeVolumes, type VolumesView } from '../../core/status/volume-status';
import type { ClusterHandle } from './cluster';
import { ifUsable } from './if-usable';

/**
 * Snapshots and restores of the shard's nodes; null where no node ever reported its volume. `says` hears of each object that
 * cannot be used. @throws when the bucket cannot be read
 */
export async function readVolumes(
  { cluster, shard }: ClusterHandle,
  store: Pick<ControlStore, 'readStorage' | 'readRestore'>,
  nodes: readonly NodeId[],
  policy: Policy,
  says: (line: string) => void,
): Promise<VolumesView> {
  const known = await Promise.all(
    nodes.map(async (node) => ({
      node,
      report: await ifUsable(store.readStorage(node), (line) => says(`${node}: ${line}`)),
      restore: (await ifUsable(store.readRestore(node), (line) => says(`${node}: ${line}`)))?.record ?? null,
    })),
  );
  if (known.every(({ report }) => report === null)) return null;
  const ec2 = ebsClient();
  try {
    const storage = await readStorage(ec2, cluster, shard);
    const now = Date.now();
    return known.map(({ node, report, restore }) => nodeVolumes(node, report, restore, storage, policy.snapshots, now));
  } catch (error) {
    return { unknown: reasonOf(error) };
  } finally {
    ec2.destroy();
  }
}
