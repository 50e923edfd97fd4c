import { join } from 'node:path';
import { promtoolFlags } from '../../lib/contract/promtool-flags';
import { systemClock } from '../../lib/shell/async/clock';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { renderFiles } from '../../lib/core/rendering/render';
import type { AlertGate } from '../alerts/alert-gate';
import type { PeerAlerts } from '../alerts/peer-alerts';
import { PORTS } from '../../lib/contract/ports';
import { Prometheus } from '../../lib/shell/prometheus/client';
import type { Base } from '../base/base';
import type { ProgramVersions } from '../base/versions';
import type { Peers } from '../failover/peers';
import type { Failover } from '../failover/failover';
import type { Supervisor } from '../process/supervisor';
import { checkConfig } from '../rendering/check';
import { Configurer, type Reloadable } from '../rendering/configurer';
import type { Generations } from '../rendering/generation';
import { alertmanagerReload, prometheusReload } from '../rendering/programs';
import type { SecretKeeper } from '../secrets/keeper';
import { ConfigTrial } from '../rendering/trial';
import { ReloadTurn } from '../rendering/turn';
import type { ShardMapManager } from '../sharding/shard-map-manager';

export interface ConfigurationDeps {
  readonly address: string;
  readonly store: ControlStore;
  readonly generations: Generations;
  readonly versions: ProgramVersions;
  readonly gate: AlertGate;
  readonly shardMap: ShardMapManager;
  readonly peers: Peers;
  readonly failover: Failover;
  readonly peerAlerts: PeerAlerts;
  readonly secrets: SecretKeeper;
  readonly prometheus: Supervisor;
  readonly alertmanager: Supervisor;
}

const FEATURES = '--enable-feature=';
const featuresIn = (flags: readonly string[] = []): string[] =>
  flags.filter((flag) => flag.startsWith(FEATURES)).flatMap((flag) => flag.slice(FEATURES.length).split(','));

/** The programs that read files of the configuration. */
export const reloadables = (
  address: string,
  { prometheus, alertmanager }: Pick<ConfigurationDeps, 'prometheus' | 'alertmanager'>,
): Reloadable[] => [prometheusReload(prometheus, address), alertmanagerReload(alertmanager, address)];

/** What keeps the programs' configuration as it was deployed, profile and shards included. */
export function configurerOf({ config, env, paths, log }: Base, deps: ConfigurationDeps): Configurer {
  const { address, store, generations, versions, gate, shardMap, peers, failover, secrets } = deps;
  const { elapsed } = systemClock;
  const turn = new ReloadTurn({ alerts: () => gate.isOpen, peers: () => [...peers.others.values()], elapsed, log });
  return new Configurer({
    store,
    generations,
    profile: () => failover.role.assignment?.scrapeProfile ?? 'normal',
    shardCounts: () => shardMap.shardCounts,
    render: (bundle, variant) =>
      renderFiles({
        bundle,
        ...variant,
        ...config,
        gateAddress: env.gateAddress,
        nodeTargets: paths.nodeTargets,
        thanos: config.thanos !== null,
        prometheusVersion: versions.prometheus,
        lateMs: config.policy.backfill.windowMs,
        retentionTime: config.prometheus.retentionTime,
        secretFiles: join(paths.secrets, 'files'),
        webhooks: { address: env.gateAddress, tokenFile: paths.webhookToken },
      }),
    elapsed,
    mayLoad: (key, onTrial) => turn.mayLoad(key, onTrial),
    trial: trialOf({ config, paths, log }, deps),
    check: (directory) => checkConfig(paths.bin, directory, promtoolFlags(featuresIn(config.prometheus.flags))),
    programs: reloadables(address, deps),
    secrets: { lacks: (files) => secrets.lacks(files), prepare: (generation) => secrets.prepare(generation) },
    log,
  });
}

/** Thousands of rules take some time, and nobody waits. */
const RULES_TIMEOUT_MS = 2_000;

function trialOf({ config, paths, log }: Pick<Base, 'config' | 'paths' | 'log'>, deps: ConfigurationDeps): ConfigTrial {
  const { address, peers, peerAlerts, failover, prometheus, alertmanager } = deps;
  const { probes } = failover;
  return new ConfigTrial({
    file: paths.configTrial,
    wellMs: config.policy.canary.wellMs,
    exits: () => prometheus.record.restarts + alertmanager.record.restarts,
    primed: () => probes.prometheusIsHealthy && peerAlerts.isPrimed,
    needed: () => peers.others.size > 0 && !probes.peerIsHealthy,
    prometheus: new Prometheus(`http://${address}:${PORTS.prometheus}`, { timeoutMs: RULES_TIMEOUT_MS }),
    elapsed: systemClock.elapsed,
    log,
  });
}
