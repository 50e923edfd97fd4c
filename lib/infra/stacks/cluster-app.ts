import { join } from 'node:path';
import { Validations, type App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Cluster } from '../config/cluster';
import { awsNeeds } from '../config/reach/aws-needs';
import { shardsOf } from '../config/layout';
import type { ConfigBundle } from '../../contract/documents/config';
import { shardSuffix } from '../../contract/functions';
import { ControlStack } from './control-stack';
import { NetworkStack } from './network-stack';
import { NodesStack } from './nodes-stack';
import { QueryStack } from './query-stack';
import { ShardVolumesStack } from './shard-volumes-stack';
import { StatefulStack } from './stateful-stack';
import { ThanosStack } from './thanos-stack';

/**
 * CloudFormation waits for each node to say that it has caught up, which it has not without a configuration; and that only
 * health-check hands on. The other way round the first deploy would wait for itself, and be rolled back.
 */
const HANDS_ON = 'its function health-check hands the configuration on to the nodes';

/**
 * The stacks of one cluster. What outlives a deploy is apart from what does not, and each further shard has stacks of its
 * own, beside those that are there: it changes nothing in them.
 */
export function addCluster(app: App, cluster: Cluster, bundle: ConfigBundle, root: string): void {
  const { controlBucket, blocksBucket } = new StatefulStack(app, 'stateful', cluster);
  const network = new NetworkStack(app, 'network', cluster, bundle);
  const query = new QueryStack(app, 'query', cluster, network);
  if (cluster.thanos !== null && query.thanos !== null) {
    const { thanos } = cluster;
    new ThanosStack(app, 'thanos', { cluster, thanos, network, blocksBucket, targetGroup: query.thanos });
  }
  const agentEntry = join(root, 'agent/main.ts');
  const common = { network, controlBucket, root };
  const needs = awsNeeds(bundle);
  const nodes = new NodesStack(app, 'nodes', {
    ...common,
    cluster,
    needs,
    blocksBucket,
    targetGroup: query.nodes,
    agentEntry,
  });
  const control = new ControlStack(app, 'control', {
    ...common,
    cluster,
    ofCluster: { query, bundle },
    topic: null,
  });
  nodes.addStackDependency(control, HANDS_ON);
  for (const shard of shardsOf(cluster).slice(1)) {
    const id = (part: string): string => `${part}${shardSuffix(shard.shard)}`;
    new ShardVolumesStack(app, id('stateful'), shard);
    // Behind the load balancer are the nodes of shard 0 only: of two shards' nodes each would answer with its own share.
    const nodesOfShard = new NodesStack(app, id('nodes'), {
      ...common,
      cluster: shard,
      needs,
      blocksBucket,
      targetGroup: null,
      agentEntry,
    });
    const controlOfShard = new ControlStack(app, id('control'), {
      ...common,
      cluster: shard,
      ofCluster: null,
      topic: control.topic,
    });
    nodesOfShard.addStackDependency(controlOfShard, HANDS_ON);
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }));
}
