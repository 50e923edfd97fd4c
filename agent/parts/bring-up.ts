import { UserError } from '../../lib/contract/errors';
import { messageOf } from '../base/log';
import { every, untilItWorks, type Loop } from '../base/loop';
import { onHost } from '../boot/host';
import { prepareMachine } from '../boot/prepare';
import type { Mounted } from '../boot/volume';
import { FileSystem, fileSystemTools } from '../volumes/file-system';
import { startVolumeCare } from '../volumes/volumes';
import { forgetAlerts } from './alerting';
import type { Parts } from './parts';

const MACHINE_AGAIN_MS = 5_000;
/** How soon what changed is announced, and a peer that does not answer is looked for. */
const ANNOUNCE_LOOK_MS = 5_000;
const CONFIG_POLL_MS = 3_000;
const CONFIG_LOOK_MS = 100;
const SECRETS_LOOK_MS = 1_000;
const MERGE_MS = 2_000;
const WITHHELD_LOOK_MS = 500;
const MOVED_LOOK_MS = 3_000;
const CUT_OFF_LOOK_MS = 1_000;
const UNSENT_LOOK_MS = 1_000;
const CARRIED_LOOK_MS = 2_000;
const UNDELIVERED_LOOK_MS = 15_000;
const RULES_LOOK_MS = 2_000;
const DISCOVERY_LOOK_MS = 1_000;
/** A new shard is announced ten minutes ahead. */
const TARGETS_LOOK_MS = 10_000;
const BACKFILL_LOOK_MS = 2_000;
const GROW_LOOK_MS = 30_000;
const RESTORE_LOOK_MS = 5_000;
const TRUST_LOOK_MS = 3_000;
const GOSSIP_LOOK_MS = 1_000;

/** What a running cluster needs back at once after an agent's crash: the adopted processes and the role. */
export function resume({
  base,
  prometheus,
  alertmanager,
  sidecar,
  nodeQuery,
  failover,
  peerAlerts,
  conditions,
  guard,
  withheld,
  gate,
}: Parts): Loop[] {
  prometheus.adopt();
  alertmanager.adopt();
  sidecar?.adopt();
  nodeQuery?.adopt();
  const cutOff = async (): Promise<void> => {
    if (await guard.isNewlyCutOff()) forgetAlerts(alertmanager, 'nobody answers this node', base.log);
  };
  return [
    ...failover.begin(() => conditions.look()),
    every(MERGE_MS, 'merge', () => peerAlerts.merge(), base.log),
    every(WITHHELD_LOOK_MS, 'withheld', () => Promise.resolve(withheld.look(gate)), base.log),
    every(CUT_OFF_LOOK_MS, 'cut-off', cutOff, base.log),
  ];
}

/** Then what a new machine needs: its volume, programs, configuration. `begun` hears of every loop. */
export async function bringUp(parts: Parts, begun: (loops: readonly Loop[]) => void): Promise<void> {
  const { base, versions, manager, announcer, prometheus, sidecar, nodeQuery } = parts;
  const { config, env, paths, log } = base;
  const mounted = await machine(parts);
  if (manager !== null && mounted !== null)
    begun(await startVolumeCare(manager, mounted, env, paths, { config, identity: parts.identity, log }));
  else announcer.mountedAtStart = mounted?.id ?? null;
  const fileSystem = new FileSystem(paths.data, log, fileSystemTools(onHost(env)));
  if (env.mountData) begun([every(GROW_LOOK_MS, 'file-system', () => fileSystem.round(), log)]);
  await versions.read(paths, log);
  await firstRound(parts);
  begun(loopsOf(parts));
  await configured(parts);
  await parts.secrets.prepareLive();
  prometheus.start();
  begun([every(GOSSIP_LOOK_MS, 'gossip', () => parts.gossip.round(), log)]);
  sidecar?.start().catch((error: unknown) => log('error', 'sidecar-failed', { error: messageOf(error) }));
  nodeQuery?.start().catch((error: unknown) => log('error', 'node-query-failed', { error: messageOf(error) }));
}

function machine({ base, identity, manager }: Parts): Promise<Mounted | null> {
  const { config, env, paths, log } = base;
  const prepare = (): Promise<Mounted | null> =>
    prepareMachine(config, env, paths, identity, log).catch(async (error: unknown) => {
      if (error instanceof UserError) await manager?.bootFails(error);
      throw error;
    });
  return untilItWorks('the machine', prepare, log, MACHINE_AGAIN_MS);
}

/**
 * Announced before Alertmanager starts, so that of two that start at once one finds the other.
 * With a configuration from an earlier life nothing is waited for: S3 may be down.
 */
async function firstRound(parts: Parts): Promise<void> {
  const { log } = parts.base;
  const first = async (): Promise<void> => {
    await followShardMap(parts);
    await parts.announcer.round();
  };
  if (parts.generations.live === null) await untilItWorks('the control bucket', first, log);
  else await first().catch((error: unknown) => log('warn', 'announce-failed', { error: messageOf(error) }));
}

function loopsOf(parts: Parts): Loop[] {
  const { base, announcer, configurer, secrets, restorer, backfiller, scrubber, repairer, unsent, carried, discovery } =
    parts;
  const { policy } = base.config;
  const { log } = base;
  return [
    every(ANNOUNCE_LOOK_MS, 'announce', () => announcer.round(), log),
    every(CONFIG_POLL_MS, 'shard-map', () => followShardMap(parts), log),
    every(TARGETS_LOOK_MS, 'targets', () => parts.shardMap.lookAtTargets(), log),
    every(CONFIG_POLL_MS, 'config', () => configurer.round(), log),
    every(TRUST_LOOK_MS, 'trust', () => parts.trust.round(), log),
    every(SECRETS_LOOK_MS, 'secrets', () => secrets.round(), log),
    every(UNSENT_LOOK_MS, 'unsent-alerts', () => unsent.round(), log),
    every(CARRIED_LOOK_MS, 'carried-alerts', () => carried.round(), log),
    every(MOVED_LOOK_MS, 'moved-log', () => parts.movedLog.round(), log),
    every(RULES_LOOK_MS, 'own-rules', () => parts.ownRules.round(), log),
    every(UNDELIVERED_LOOK_MS, 'undelivered', () => parts.undelivered.round(), log),
    every(DISCOVERY_LOOK_MS, 'discovery', () => discovery.round(), log),
    every(RESTORE_LOOK_MS, 'restore', async () => restorer?.round(), log),
    every(BACKFILL_LOOK_MS, 'backfill', () => backfiller.round(), log),
    every(policy.scrub.periodMs, 'scrub', () => scrubber.round(), log),
    every(policy.probe.intervalMs, 'repair', () => repairer.round(), log),
  ];
}

/** Who sends which alert may have changed: what was passed over so far may be owed now. */
async function followShardMap({ shardMap, gate }: Parts): Promise<void> {
  if (!(await shardMap.round())) return;
  await shardMap.lookAtTargets();
  gate.resendAll();
  shardMap.keep();
}

async function configured({ base, generations }: Parts): Promise<void> {
  const look = async (): Promise<void> => {
    if (generations.live === null) throw new Error('none was loaded yet');
  };
  await untilItWorks('a configuration', look, base.log, CONFIG_LOOK_MS);
}
