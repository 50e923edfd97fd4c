import { Tags, type StackProps } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Cluster } from '../config/cluster';
import { TAGS } from '../core/names';

/** What every stack of a cluster has in common. */
export function stackProps(cluster: Cluster, part: string, description: string): StackProps {
  return {
    stackName: `${cluster.name}-${part}`,
    description,
    env: { account: cluster.account, region: cluster.region },
    // Exports and imports stay inside one region.
    crossRegionReferences: false,
  };
}

/** Says which cluster and shard everything below belongs to. */
export function tagShard(scope: IConstruct, cluster: Cluster): void {
  Tags.of(scope).add(TAGS.cluster, cluster.name);
  Tags.of(scope).add(TAGS.shard, String(cluster.shard));
}

/** prometheus-1 → Prometheus1: for logical ids. */
export function pascal(name: string): string {
  return name.replace(/(^|-)([a-z0-9])/g, (_, _dash: string, c: string) => c.toUpperCase());
}
