import { join } from 'node:path';
import type { NodeLog } from '../../lib/contract/node-logs';
import type { AgentEnv } from './env';

/** Where things are on a node. */
export interface Paths {
  readonly bin: string;
  readonly data: string;
  /** Prometheus's own part of it. */
  readonly tsdb: string;
  /** Where a volume is mounted that was made to try a snapshot. */
  readonly snapshotTest: string;
  /** Working directory of Prometheus and Alertmanager; `live` in it points to the generation in use. */
  readonly config: string;
  /** Directory with the addresses of all nodes, one file_sd file per job. */
  readonly nodeTargets: string;
  readonly assignment: string;
  readonly peers: string;
  /** For what Prometheus was restarted already. */
  readonly repairs: string;
  readonly shardMap: string;
  /** The configuration that this node tries, and the one that it refuses. */
  readonly configTrial: string;
  /** The token that the agent's webhooks ask for. */
  readonly webhookToken: string;
  /** The node's key and certificate, and whom it trusts. On the machine's own disk: a snapshot of the data volume has no key in it. */
  readonly trust: string;
  /** Values of secrets, in memory: `files/` what programs are told to read, `generations/` configurations with values. */
  readonly secrets: string;
  /** Their last good copy, encrypted, on the data volume. */
  readonly secretsCopy: string;
  readonly pid: (program: string) => string;
  readonly log: (program: NodeLog) => string;
}

export function pathsOf(env: AgentEnv): Paths {
  const { stateDir } = env;
  return {
    bin: env.binDir ?? '/opt/prometheus-ha/bin',
    data: env.dataDir,
    tsdb: join(env.dataDir, 'prometheus'),
    snapshotTest: join(stateDir, 'snapshot-test'),
    config: join(stateDir, 'config'),
    nodeTargets: join(stateDir, 'config', 'nodes'),
    assignment: join(stateDir, 'assignment.json'),
    peers: join(stateDir, 'peers.json'),
    repairs: join(stateDir, 'repairs.json'),
    shardMap: join(stateDir, 'layout.json'),
    configTrial: join(stateDir, 'config-trial.json'),
    webhookToken: join(stateDir, 'webhook-token'),
    trust: join(stateDir, 'trust'),
    secrets: env.secretsDir,
    secretsCopy: join(env.dataDir, 'secrets', 'last-good.json'),
    pid: (program) => join(stateDir, `${program}.pid`),
    log: (program) => join(stateDir, 'logs', `${program}.log`),
  };
}
