import { Duration, Stack } from 'aws-cdk-lib';
import { Cluster as EcsCluster, ContainerInsights } from 'aws-cdk-lib/aws-ecs';
import type { NetworkTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Cluster, ClusterThanos } from '../config/cluster';
import { compactionLevel } from '../config/compaction';
import { acknowledge } from '../constructs/acknowledge';
import { acknowledgeBlocks } from '../constructs/thanos/blocks-bucket';
import { ThanosService, type ThanosServiceProps } from '../constructs/thanos/thanos-service';
import { DISCOVERY } from '../../contract/discovery';
import { PORTS } from '../../contract/ports';
import { objstoreConfig } from '../../core/thanos/objstore';
import { compactCommand, queryCommand, storeCommand } from '../../core/thanos/commands';
import type { NetworkStack } from './network-stack';
import { stackProps, tagShard } from './scope';

export interface ThanosStackProps {
  readonly cluster: Cluster;
  readonly thanos: ClusterThanos;
  readonly network: NetworkStack;
  readonly blocksBucket: Bucket;
  readonly targetGroup: NetworkTargetGroup;
}

const DATA = '/data';

/** Thanos' part that is not on the nodes: query, store gateway, compactor. Nothing in here is stateful. */
export class ThanosStack extends Stack {
  constructor(scope: Construct, id: string, props: ThanosStackProps) {
    const { cluster, thanos, network, blocksBucket } = props;
    super(scope, id, stackProps(cluster, 'thanos'));
    tagShard(this, cluster);
    const ecs = new EcsCluster(this, 'Cluster', {
      clusterName: cluster.name,
      vpc: network.vpc,
      containerInsightsV2: ContainerInsights.DISABLED,
    });
    acknowledge(ecs, 'AwsSolutions-ECS4', 'Prometheus scrapes these tasks itself; Insights would cost more than they.');
    const objstore = objstoreConfig({ bucket: blocksBucket.bucketName, region: cluster.region });
    const bucket = (actions: readonly string[]): PolicyStatement[] => [
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [blocksBucket.bucketArn] }),
      new PolicyStatement({ actions: [...actions], resources: [blocksBucket.arnForObjects('*')] }),
    ];
    const add = (
      service: Omit<ThanosServiceProps, 'cluster' | 'image' | 'ecs' | 'namespace' | 'subnets' | 'securityGroup'>,
    ): ThanosService => {
      const made = new ThanosService(this, service.name, {
        ...service,
        cluster,
        image: thanos.image,
        ecs,
        namespace: network.namespace,
        subnets: network.subnets,
        securityGroup: network.traffic.thanos,
      });
      if (service.permissions.length > 0) {
        acknowledgeBlocks(made, blocksBucket.bucketArn);
      }
      return made;
    };

    const query = add({
      name: DISCOVERY.query,
      size: thanos.query,
      command: queryCommand({ cluster: cluster.name, shards: cluster.shards, replicas: cluster.replicas }),
      permissions: [],
      tasks: null,
      deployment: { min: 100, max: 200 },
      disk: null,
    });
    props.targetGroup.addTarget(
      query.service.loadBalancerTarget({ containerName: DISCOVERY.query, containerPort: PORTS.thanosHttp }),
    );
    query.service
      .autoScaleTaskCount({ minCapacity: thanos.query.tasks, maxCapacity: thanos.query.maxTasks })
      .scaleOnCpuUtilization('Cpu', {
        targetUtilizationPercent: 60,
        scaleOutCooldown: Duration.seconds(60),
        scaleInCooldown: Duration.minutes(10),
      });
    add({
      name: DISCOVERY.store,
      size: thanos.store,
      command: storeCommand({ cluster: cluster.name, objstore, dataDir: DATA, memoryMiB: thanos.store.memoryMiB }),
      permissions: bucket(['s3:GetObject']),
      tasks: 1,
      deployment: { min: 100, max: 200 },
      disk: { gib: thanos.store.diskGiB, path: DATA },
    });
    add({
      name: DISCOVERY.compact,
      size: thanos.compactor,
      command: compactCommand({
        objstore,
        dataDir: DATA,
        retention: thanos.retention,
        maxLevel: compactionLevel({ ...cluster, thanos }),
      }),
      permissions: bucket(['s3:GetObject', 's3:PutObject', 's3:DeleteObject']),
      tasks: 1,
      // Exactly one, ever: the old task is gone before the new one starts.
      deployment: { min: 0, max: 100 },
      disk: { gib: thanos.compactor.diskGiB, path: DATA },
    });
  }
}
