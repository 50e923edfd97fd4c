import type { Demand } from '../../core/preflight/needs';
import type { Cluster } from './cluster';

/** What of a cluster decides how much of the account it needs. */
export function demandOf({ instance, volume, replicas, shards, snapshots, remedies, thanos }: Cluster): Demand {
  return {
    instanceTypes: [instance.type, ...(instance.fallbackTypes ?? [])],
    nodes: replicas * shards,
    volumeGiB: volume.sizeGiB,
    shards,
    snapshots: snapshots === true,
    remedies: remedies.length,
    thanos,
  };
}
