import { resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { loadConfiguration } from '../lib/config/load';
import { ConfigurationError } from '../lib/config/problems';
import { UserError } from '../lib/core/errors';
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

try {
  const configuration = loadConfiguration(setting('cluster', 'config/cluster.ts'), setting('configDir', 'config'));
  addCluster(app, configuration.cluster, configuration.bundle, root);
  app.synth();
} catch (error) {
  // For people who wrote a configuration: what to correct, without a stack trace of ours.
  if (!(error instanceof ConfigurationError || error instanceof UserError)) throw error;
  process.stderr.write(`\n${error.message}\n\n`);
  process.exitCode = 1;
}
