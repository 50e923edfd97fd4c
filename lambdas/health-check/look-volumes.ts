import type { NodeId } from '../../lib/contract/documents/assignment';
import { METRICS } from '../../lib/contract/metrics';
import type { VolumeSeen } from '../../lib/core/workers/due';
import { reasonOf } from '../../lib/shell/probes/prober';
import type { ControlStore } from '../../lib/shell/assignment/store';
import type { FunctionConfig } from '../shared/config';
import { log } from '../shared/log';
import { publish } from '../shared/metrics';

/**
 * What nodes say of their volumes and what is done about it. Of a node whose objects cannot be read what was known before.
 * Never rejects.
 */
export async function lookAtVolumes(
  before: ReadonlyMap<NodeId, VolumeSeen>,
  nodes: readonly NodeId[],
  store: Pick<ControlStore, 'readStorage' | 'readRestore'>,
  { cluster, shard }: Pick<FunctionConfig, 'cluster' | 'shard'>,
): Promise<ReadonlyMap<NodeId, VolumeSeen>> {
  const seen = new Map<NodeId, VolumeSeen>();
  await Promise.all(
    nodes.map(async (node) => {
      try {
        const [report, restore] = await Promise.all([store.readStorage(node), store.readRestore(node)]);
        seen.set(node, { asks: (report?.needsVolume ?? null) !== null, restore: restore?.record.state ?? null });
      } catch (error) {
        log('warn', 'volume-not-looked-at', { node, error: reasonOf(error) });
        const known = before.get(node);
        if (known !== undefined) seen.set(node, known);
      }
    }),
  );
  const asking = [...seen.values()].filter(({ asks }) => asks);
  publish(cluster, shard, [
    { metric: METRICS.volumesAsked, value: asking.length },
    { metric: METRICS.restoresGivenUp, value: asking.filter(({ restore }) => restore === 'given-up').length },
  ]);
  return seen;
}
