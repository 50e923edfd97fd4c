import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { loadConfiguration } from '../lib/infra/config/load';
import { lockFileOf, writeLock } from '../lib/infra/config/lock/lock-file';
import { demandOf } from '../lib/infra/config/demand';
import { readOverlay } from '../lib/infra/config/overlay/overlay';
import { findCheckers } from '../lib/infra/config/programs/check';
import { ConfigurationError } from '../lib/infra/config/problems';
import { UserError } from '../lib/contract/errors';
import { needsLine, needsOf } from '../lib/core/preflight/needs';
import { addCluster } from '../lib/infra/stacks/cluster-app';

/**
 * The CDK app. Context:
 *   -c cluster=FILE    another config/cluster.ts, e.g. of a staging cluster
 *   -c configDir=DIR   rules/, targets/ and alertmanager.yml from there instead of config/, and cluster.ts if it has one
 *   -c lock=keep       the list of nodes is checked, and not written: nothing is deployed from here (npm run review)
 *   -c overlay=FILE    laid over what was found sound (lib/infra/config/overlay): how the local run deploys config/
 */
const root = resolve(__dirname, '..');
const app = new App();
const setting = (name: string, fallback: string): string =>
  resolve(root, (app.node.tryGetContext(name) as string | undefined) ?? fallback);

try {
  const configDir = setting('configDir', 'config');
  const own = join(configDir, 'cluster.ts');
  const clusterFile = setting('cluster', existsSync(own) ? own : 'config/cluster.ts');
  const over = app.node.tryGetContext('overlay') as string | undefined;
  const overlay = over === undefined ? null : readOverlay(resolve(root, over));
  const configuration = loadConfiguration(clusterFile, configDir, overlay, findCheckers);
  for (const warning of configuration.warnings) process.stderr.write(`warning: ${warning}\n`);
  if (configuration.unchecked.length > 0)
    process.stderr.write(
      `not checked here: ${configuration.unchecked.join('; ')}; nodes ask theirs before they load it\n`,
    );
  process.stderr.write(`${needsLine(needsOf(demandOf(configuration.cluster)))}\n`);
  addCluster(app, configuration.cluster, configuration.bundle, root);
  app.synth();
  const lock = lockFileOf(clusterFile);
  // What an overlay makes is no deployment of the user's.
  const keeps = overlay !== null || app.node.tryGetContext('lock') === 'keep';
  if (!keeps && writeLock(lock, configuration.cluster)) {
    process.stderr.write(`${relative(process.cwd(), lock)} names the nodes that there are now: commit it\n`);
  }
} catch (error) {
  // For people who wrote a configuration: what to correct, without a stack trace of ours.
  if (!(error instanceof ConfigurationError || error instanceof UserError)) throw error;
  process.stderr.write(`\n${error.message}\n\n`);
  process.exitCode = 1;
}
