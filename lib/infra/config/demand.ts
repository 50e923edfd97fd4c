import type { Demand } from '../../core/preflight/needs';
import type { Cluster } from './cluster';

/** What of a cluster decides how much of the account it needs. */
export function demandOf(cluster: Cluster): Demand {
  const { instance, network, zones, volume, replicas, shards, snapshots, remedies, thanos } = cluster;
  return {
    instanceTypes: [instance.type, ...(instance.fallbackTypes ?? [])],
    nodes: replicas * shards,
    volumeGiB: volume.sizeGiB,
    shards,
    network: network.kind === 'new' ? { addresses: network.egress === 'nat' ? zones.length : 0 } : null,
    snapshots: snapshots === true,
    remedies: remedies.length,
    thanos,
  };
}
