import { existsSync } from 'node:fs';

/** As sd_booted(3) asks. */
const SYSTEMD_RUNS = '/run/systemd/system';

/** Everything the agent takes from its environment, read once at start. */
export interface AgentEnv {
  /** Last good assignment, peers, pid files, logs, rendered configuration. */
  readonly stateDir: string;
  /** TSDB and Alertmanager's storage. */
  readonly dataDir: string;
  /** Whether the data volume has to be attached and mounted at dataDir (not when the directory was given as it is). */
  readonly mountData: boolean;
  /** Values of secrets: has to lie in memory. */
  readonly secretsDir: string;
  /** Where the system names attached devices by their volume's id. */
  readonly deviceDir: string;
  /** Programs are used from here as they are; null: the pinned releases are installed. */
  readonly binDir: string | null;
  /** Where the alert gate listens: loopback, as only this node's Prometheus may use it. */
  readonly gateAddress: string;
  /** Instance metadata service. */
  readonly metadataEndpoint: string;
  /** Stop Prometheus and Alertmanager when the agent is asked to stop. */
  readonly stopChildren: boolean;
  /** Programs run in units of systemd, each under a user of its own; else they are children, as on machines that are played. */
  readonly units: boolean;
}

export function readEnv(env: NodeJS.ProcessEnv): AgentEnv {
  return {
    stateDir: env.PROMHA_STATE_DIR ?? '/var/lib/prometheus-ha',
    dataDir: env.PROMHA_DATA_DIR ?? '/data',
    mountData: env.PROMHA_DATA_DIR === undefined || env.PROMHA_MOUNT_DATA === '1',
    secretsDir: env.PROMHA_SECRETS_DIR ?? '/run/prometheus-ha/secrets',
    deviceDir: env.PROMHA_DEVICE_DIR ?? '/dev/disk/by-id',
    binDir: env.PROMHA_BIN_DIR ?? null,
    gateAddress: env.PROMHA_GATE_ADDRESS ?? '127.0.0.1',
    metadataEndpoint: env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? 'http://169.254.169.254',
    stopChildren: env.PROMHA_STOP_CHILDREN === '1',
    // Of the machine itself: a played one has its state elsewhere.
    units: env.PROMHA_STATE_DIR === undefined && existsSync(SYSTEMD_RUNS),
  };
}
