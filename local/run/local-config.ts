import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKLOAD_HOSTS } from './workload';

const PROJECT = join(__dirname, '..', '..');

/**
 * The user's configuration for a local run: config/ as it is, but the demo workload's host names become the address
 * it has here, and the drills' rules are added. cluster.ts too: the app prefers one beside the other files. Returns the directory to deploy with `-c configDir=…`.
 */
export function localConfig(dir: string, hostAddress: string): string {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  cpSync(join(PROJECT, 'config', 'rules'), join(dir, 'rules'), { recursive: true });
  cpSync(join(PROJECT, 'local', 'demo', 'rules'), join(dir, 'rules'), { recursive: true });
  mkdirSync(join(dir, 'targets'));
  const localize = (from: string, to: string): void => {
    let text = readFileSync(from, 'utf8');
    for (const host of WORKLOAD_HOSTS) text = text.replaceAll(host, hostAddress);
    writeFileSync(to, text);
  };
  for (const file of readdirSync(join(PROJECT, 'config', 'targets'))) {
    localize(join(PROJECT, 'config', 'targets', file), join(dir, 'targets', file));
  }
  localize(join(PROJECT, 'config', 'alertmanager.yml'), join(dir, 'alertmanager.yml'));
  // What functions connect to is in there; its import has to find the project from its new place.
  const cluster = join(dir, 'cluster.ts');
  localize(join(PROJECT, 'config', 'cluster.ts'), cluster);
  // Drills of damage wait for the scrub; on the same line, so that complaints name the line that the user knows.
  const often = 'defineCluster({ policy: { scrub: { periodMs: 10_000 } },';
  const types = JSON.stringify(join(PROJECT, 'lib', 'config', 'cluster'));
  writeFileSync(
    cluster,
    readFileSync(cluster, 'utf8').replace("'../lib/config/cluster'", types).replace('defineCluster({', often),
  );
  return dir;
}
