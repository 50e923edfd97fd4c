import { join } from 'node:path';
import { Validations, type App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Cluster } from '../config/cluster';
import type { ConfigBundle } from '../core/node-documents';
import { ControlStack } from './control-stack';
import { NetworkStack } from './network-stack';
import { NodesStack } from './nodes-stack';
import { QueryStack } from './query-stack';
import { StatefulStack } from './stateful-stack';
import { ThanosStack } from './thanos-stack';

/** The stacks of one cluster. What outlives a deploy is apart from what does not. */
export function addCluster(app: App, cluster: Cluster, bundle: ConfigBundle, root: string): void {
  const { controlBucket, blocksBucket } = new StatefulStack(app, 'stateful', cluster);
  const network = new NetworkStack(app, 'network', cluster);
  const query = new QueryStack(app, 'query', cluster, network);
  new ThanosStack(app, 'thanos', { cluster, network, blocksBucket, targetGroup: query.thanos });
  const agentEntry = join(root, 'agent/main.ts');
  new NodesStack(app, 'nodes', {
    cluster,
    network,
    controlBucket,
    blocksBucket,
    targetGroup: query.nodes,
    agentEntry,
    root,
  });
  new ControlStack(app, 'control', {
    cluster,
    network,
    query,
    controlBucket,
    bundle,
    functionsDir: join(root, 'lambdas'),
    root,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }));
}
