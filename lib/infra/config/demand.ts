import type { Demand } from '../../core/preflight/needs';
import type { Cluster } from './cluster';

/** What of a cluster decides how much of the account it needs. */
export function demandOf({ instance, replicas, shards, snapshots, remedies, thanos }: Cluster): Demand {
  return {
    instanceTypes: [instance.type, ...(instance.fallbackTypes ?? [])],
    nodes: replicas * shards,
    shards,
    snapshots: snapshots === true,
    remedies: remedies.length,
    thanos,
  };
}
