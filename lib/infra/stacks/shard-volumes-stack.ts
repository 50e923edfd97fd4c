import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Cluster } from '../config/cluster';
import { dataVolumes } from '../constructs/nodes/data-volumes';
import { stackProps, tagShard } from './scope';

/** The data volumes of a shard other than 0, whose volumes are beside the buckets. */
export class ShardVolumesStack extends Stack {
  constructor(scope: Construct, id: string, cluster: Cluster) {
    super(scope, id, {
      ...stackProps(cluster, 'stateful', ` of shard ${cluster.shard}. Retained when deleted.`),
      terminationProtection: true,
    });
    tagShard(this, cluster);
    dataVolumes(this, cluster);
  }
}
