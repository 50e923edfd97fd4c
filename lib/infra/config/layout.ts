import type { Cluster, ClusterConfig, ClusterNode } from './cluster';

/** What decides which nodes there are, and where. */
type Scale = Pick<ClusterConfig, 'zones' | 'replicas' | 'placement'> & { readonly shards: number };

/**
 * Nodes of one shard. Names and zones of those that are there never hang on how many more there are, so that one more
 * node or shard changes nothing of them. Each shard begins one zone later, so that not all first nodes share one.
 */
export function nodesOf({ zones, replicas, placement }: Scale, shard: number): ClusterNode[] {
  return Array.from({ length: replicas }, (_, i) => {
    const name = nodeName(shard, i + 1);
    return { name, zone: placement?.[name] ?? zones[(shard + i) % zones.length]! };
  });
}

/** Shard 0 came first and has the short names. */
function nodeName(shard: number, number: number): string {
  return shard === 0 ? `prometheus-${number}` : `prometheus-${shard}-${number}`;
}

/** The same cluster, seen from another of its shards. */
export function inShard(cluster: Cluster, shard: number): Cluster {
  return { ...cluster, shard, nodes: nodesOf(cluster, shard) };
}

/** Every shard of the cluster, in order. */
export function shardsOf(cluster: Cluster): Cluster[] {
  return Array.from({ length: cluster.shards }, (_, shard) => inShard(cluster, shard));
}
