import { join } from 'node:path';
import { promtoolFlags } from '../../lib/contract/promtool-flags';
import { systemClock } from '../../lib/shell/async/clock';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { renderFiles } from '../../lib/core/rendering/render';
import type { AlertGate } from '../alerts/alert-gate';
import type { Base } from '../base/base';
import type { ProgramVersions } from '../base/versions';
import type { Peers } from '../failover/peers';
import type { RoleManager } from '../failover/role-manager';
import type { Supervisor } from '../process/supervisor';
import { checkConfig } from '../rendering/check';
import { Configurer, type Reloadable } from '../rendering/configurer';
import type { Generations } from '../rendering/generation';
import { alertmanagerReload, prometheusReload } from '../rendering/programs';
import type { SecretKeeper } from '../secrets/keeper';
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
  readonly role: RoleManager;
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
  const { address, store, generations, versions, gate, shardMap, peers, role, secrets } = deps;
  const turn = new ReloadTurn(
    () => gate.isOpen,
    () => [...peers.others.values()],
    log,
  );
  return new Configurer({
    store,
    generations,
    profile: () => role.assignment?.scrapeProfile ?? 'normal',
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
    elapsed: systemClock.elapsed,
    mayLoad: (key) => turn.mayLoad(key),
    check: (directory) => checkConfig(paths.bin, directory, promtoolFlags(featuresIn(config.prometheus.flags))),
    programs: reloadables(address, deps),
    secrets: { lacks: (files) => secrets.lacks(files), prepare: (generation) => secrets.prepare(generation) },
    log,
  });
}
