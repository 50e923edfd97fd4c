import { resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { loadConfiguration } from '../lib/config/load';
import { addCluster } from '../lib/stacks/cluster-app';

/**
 * The CDK app. Context:
 *   -c cluster=FILE    another config/cluster.ts, e.g. of a staging cluster
 *   -c configDir=DIR   rules/, targets/ and alertmanager.yml from there instead of config/
 */
const root = resolve(__dirname, '..');
const app = new App();
const setting = (name: string, fallback: string): string =>
  resolve(root, (app.node.tryGetContext(name) as string | undefined) ?? fallback);

const { cluster, bundle } = loadConfiguration(setting('cluster', 'config/cluster.ts'), setting('configDir', 'config'));
addCluster(app, cluster, bundle, root);
app.synth();
