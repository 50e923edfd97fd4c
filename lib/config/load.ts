import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DEFAULT_POLICY, type Policy } from '../core/policy';
import type { ConfigBundle } from '../core/node-documents';
import { EXTERNAL_LABELS } from '../core/names';
import type { Cluster, ClusterConfig } from './cluster';

/** Everything a user configured, found sound. */
export interface Configuration {
  readonly cluster: Cluster;
  readonly bundle: ConfigBundle;
}

export function loadConfiguration(clusterFile: string, configDir: string): Configuration {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const config = (require(resolve(clusterFile)) as { default: ClusterConfig }).default;
  const cluster: Cluster = {
    ...config,
    shard: 0,
    policy: { ...DEFAULT_POLICY, ...(config.policy as Partial<Policy>) },
  };
  const read = (d: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(join(configDir, d))
        .sort()
        .map((n) => [n, readFileSync(join(configDir, d, n), 'utf8')]),
    );
  return {
    cluster,
    bundle: {
      version: 1,
      global: { scrapeInterval: cluster.scrapeInterval, evaluationInterval: cluster.evaluationInterval },
      externalLabels: { [EXTERNAL_LABELS.cluster]: cluster.name, [EXTERNAL_LABELS.shard]: '0' },
      rules: read('rules'),
      targets: Object.fromEntries(Object.entries(read('targets')).map(([k, v]) => [k.replace(/\.yml$/, ''), v])),
      alertmanager: readFileSync(join(configDir, 'alertmanager.yml'), 'utf8'),
    },
  };
}
