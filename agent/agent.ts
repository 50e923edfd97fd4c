import { durationMs } from '../lib/contract/duration';
import { UserError } from '../lib/contract/errors';
import type { NodeAnnouncement } from '../lib/contract/documents/announcement';
import type { NodeConfig } from '../lib/contract/documents/node-config';
import type { ShardReport } from '../lib/contract/documents/shard-report';
import { PORTS } from '../lib/contract/ports';
import { renderFiles } from '../lib/core/rendering/render';
import { WATCHDOG_PATH } from '../lib/core/rendering/render-alertmanager';
import { controlS3, s3ControlStore } from '../lib/shell/assignment/store';
import { prepareMachine } from './boot/prepare';
import { checkConfig } from './rendering/check';
import { Configurer } from './rendering/configurer';
import { Generations } from './rendering/generation';
import { alertmanagerReload, prometheusReload } from './rendering/programs';
import { ReloadTurn } from './rendering/turn';
import type { AgentEnv } from './base/env';
import { AlertGate } from './alerts/alert-gate';
import { CutOff } from './alerts/cut-off';
import { mergeFromPeers } from './alerts/peer-held';
import { hasHeardAll } from './alerts/warmth';
import { serveGate } from './alerts/server';
import { serveApi } from './status/http-api';
import { readIdentity } from './base/identity';
import { messageOf, type Log } from './base/log';
import { every, sleep, untilItWorks, type Loop } from './base/loop';
import { pathsOf } from './base/paths';
import { Peers } from './failover/peers';
import { superviseBoth } from './process/both';
import { Refiller } from './backfill/refiller';
import { handOver, leave } from './failover/leave';
import { Probes } from './failover/probes';
import { RoleKeeper } from './failover/role-keeper';
import { Takeover } from './failover/takeover';
import { readBlocksLoaded } from './tsdb/blocks-loaded';
import { Conditions } from './tsdb/conditions';
import { Repairer } from './tsdb/repairer';
import { Scrubber } from './tsdb/scrubber';
import { liveInstances } from './rendering/instances';
import { LayoutKeeper } from './sharding/layout-keeper';
import { buildStatus, type StatusSource } from './status/status';
import type { VolumeKeeper } from './volumes/keeper';
import { careForVolumes, keeperOf } from './volumes/volumes';
import { thanosParts } from './thanos/parts';
import { readVersions } from './base/versions';
import { callLambda, remedyWebhook } from './remedies/webhook';
import { serveWebhooks, type Webhook } from './webhooks/server';
import { webhookToken } from './webhooks/token';
import { WatchdogReceiver } from './alerts/watchdog';

export const AGENT_VERSION = '1';
const CONFIG_POLL_MS = 3_000;
const CONFIG_LOOK_MS = 100;
const MERGE_MS = 2_000;
/** Prometheus posts a firing alert with an end four resend delays ahead. */
const ALERT_LIVES = 4;
const REFILL_LOOK_MS = 2_000;
const RESTORE_LOOK_MS = 5_000;
/** A block is cut when the head holds one and a half, and some time passes. */
const HEAD_BLOCKS = 1.75;

export interface Agent {
  /** Hands alerting over, if this node alerts and another one can, and queries; bounded, and never rejects. */
  leave(): Promise<void>;
  /** Ends the agent; Prometheus and Alertmanager keep running unless asked otherwise. */
  stop(withChildren: boolean): Promise<void>;
}

/**
 * The life of a node. First what a running cluster needs back at once after an agent's crash: the gate,
 * the adopted processes, the role. Then what a new machine needs: its volume, programs, configuration.
 */
export async function startAgent(config: NodeConfig, env: AgentEnv, log: Log): Promise<Agent> {
  const { policy, node } = config;
  const paths = pathsOf(env);
  const startedAt = new Date().toISOString();
  const versions = { agent: AGENT_VERSION, prometheus: '', alertmanager: '' };
  const generations = new Generations(paths.config);
  const gate = new AlertGate(
    log,
    ALERT_LIVES * durationMs(config.prometheus.resendDelay),
    durationMs(config.alertmanager.peerTimeout),
  );
  await serveGate(gate, env.gateAddress, PORTS.gate);
  const watchdog = new WatchdogReceiver(config.shard, () => void peers.round().catch(() => {})); // the loop says why
  const webhooks: Record<string, Webhook> = { [WATCHDOG_PATH]: (notification) => watchdog.take(notification) };
  await serveWebhooks(
    (path) => webhooks[path] ?? remedyWebhook(path, config.cluster, node, callLambda, log),
    webhookToken(paths.webhookToken),
    env.gateAddress,
    PORTS.webhooks,
    log,
  );

  const identity = await untilItWorks('instance metadata', () => readIdentity(env.metadataEndpoint), log);
  const { address } = identity;
  const s3 = controlS3(policy.storeTimeoutMs);
  const store = s3ControlStore(s3, config.controlBucket, config.shard, policy.storeTimeoutMs);
  let keeper: VolumeKeeper | null = null;
  // The one that was mounted at the start, where nothing watches over it.
  let mountedAtStart: string | null = null;
  const announcement = (): NodeAnnouncement => {
    const at = new Date().toISOString();
    const report = generations.live === null ? {} : { report: shardReport() };
    const watchdogs = watchdog.passedOn;
    const volumeId = keeper?.status.id ?? mountedAtStart;
    return { version: 1, node, ...identity, volumeId, at, agentStartedAt: startedAt, versions, watchdogs, ...report };
  };
  const peers = new Peers(
    config,
    address,
    store,
    paths,
    announcement,
    log,
    () => followAlertmanagers(),
    (read) => watchdog.hear(read.watchdogs),
  );
  const followAlertmanagers = (): void =>
    gate.setAlertmanagers([...peers.everywhere].map((a) => `${a}:${PORTS.alertmanager}`));
  followAlertmanagers();

  let exitedAt: number | null = null;
  const onPrometheusExit = (how: string): void => {
    exitedAt = Date.now();
    conditions.exited(how);
    if (role.isAssigned) role.reportExit();
  };
  const { prometheus, alertmanager } = superviseBoth(
    config,
    paths,
    address,
    () => peers.everywhere.filter((other) => other !== address),
    onPrometheusExit,
    () => scrubber.beforeStart(),
    log,
  );
  const conditions = new Conditions({
    address,
    logFile: paths.log('prometheus'),
    pid: () => prometheus.pid,
    isReady: () => probes.own?.ready === true && probes.own.at > Date.parse(prometheus.startedAt ?? ''),
    timeoutMs: policy.probe.timeoutMs,
  });
  const scrubber = new Scrubber({
    ...paths,
    policy: policy.scrub,
    retentionMs: durationMs(config.prometheus.retentionTime),
    pid: () => prometheus.pid,
    blocksLoaded: () => readBlocksLoaded(address, policy.storeTimeoutMs),
    conditions,
    onLoss: () => refiller.lostSamples(),
    onBlocksLost: async (blocks) => restorer?.lost(blocks),
    log,
  });

  const { thanos } = config;
  const { sidecar, restorer } = thanosParts(config, env, paths, address, s3, log);
  keeper = keeperOf(env, paths, {
    config,
    identity,
    store,
    programs: [prometheus, ...(sidecar === null ? [] : [sidecar])],
    scrubber,
    alerts: () => gate.isOpen,
    works: () => probes.prometheusWorks,
    alone: () => !probes.peerWorks,
    onLoss: () => refiller.lostSamples(),
    log,
  });

  const probes = new Probes(node, () => peers.addresses, policy);
  const probeAll = (timeoutMs: number): ReturnType<Probes['probeAll']> => probes.probeAll(timeoutMs);
  const takeover = new Takeover(
    {
      store,
      get nodes() {
        return peers.nodes;
      },
      probeAll,
      policy,
      now: Date.now,
      sleep,
    },
    (assignment) => role.apply(assignment),
    log,
  );
  let reloadedAt = 0;
  const heardAll = (since: number): boolean => {
    const started = prometheus.startedAt === null ? null : Math.max(since, Date.parse(prometheus.startedAt));
    const resendDelayMs = durationMs(config.prometheus.resendDelay);
    return hasHeardAll(
      { gateListeningSince: gate.listeningSince, prometheusSendsSince: started, resendDelayMs },
      Date.now(),
    );
  };
  const merge = async (): Promise<void> => {
    if (heardAll(reloadedAt)) gate.forgetBorrowed();
    else if (gate.isOpen) await mergeFromPeers(gate, peers.others.values(), policy.probe.timeoutMs, log);
  };
  const role: RoleKeeper = new RoleKeeper({
    config,
    nodes: () => peers.nodes,
    store,
    probes,
    takeover,
    applyGate: (way, because) => {
      const opens = way === 'open' && !gate.isOpen;
      gate.setOpen(way === 'open', because);
      if (opens) void merge();
    },
    onSuperseded: () => {
      // Its alerts live in memory only, the silences and the log of notifications do not: started anew it knows what
      // the cluster knows, and forgets what only this node believed. Killed, because a polite end would still notify.
      log('warn', 'alertmanager-forgets', { because: 'this node was cut off and another one took over' });
      alertmanager.signal('SIGKILL');
    },
    prometheusIsDown: () => {
      // Until a probe that began after the exit finds it working again.
      if (exitedAt !== null && prometheus.pid !== null && probes.prometheusWorks && probes.own!.at > exitedAt)
        exitedAt = null;
      return exitedAt !== null;
    },
    file: paths.assignment,
    log,
  });
  const cutOff = new CutOff(
    address,
    () => ({ storeReadAt: role.lastReadBeganAt, peerAnsweredAt: probes.peerAnsweredAt }),
    log,
  );
  gate.mayTell = () => cutOff.mayTell();
  const layout = new LayoutKeeper({
    shard: config.shard,
    store,
    file: paths.layout,
    instances: () => liveInstances(generations),
    onChange: () => gate.tellAnew(),
    log,
  });
  gate.tells = (alert) => layout.tells(alert);
  const turn = new ReloadTurn(
    () => gate.isOpen,
    () => [...peers.others.values()],
    log,
  );
  const configurer = new Configurer({
    store,
    generations,
    profile: () => role.assignment?.scrapeProfile ?? 'normal',
    moduluses: () => layout.moduluses,
    onLoaded: () => layout.forgetInstances(),
    render: (bundle, variant) =>
      renderFiles({
        bundle,
        ...variant,
        ...config,
        gateAddress: env.gateAddress,
        nodeTargets: paths.nodeTargets,
        thanos: thanos !== null,
        prometheusVersion: versions.prometheus,
        lateMs: policy.refill.windowMs,
        webhooks: { address: env.gateAddress, tokenFile: paths.webhookToken },
      }),
    mayLoad: (key) => turn.mayLoad(key),
    check: (directory) => checkConfig(paths.bin, directory),
    programs: [
      prometheusReload(prometheus, address, () => (reloadedAt = Date.now())),
      alertmanagerReload(alertmanager, address),
    ],
    log,
  });

  const repairer = new Repairer({
    config,
    file: paths.repairs,
    nodes: () => peers.nodes,
    scrubber,
    prometheus,
    role,
    probes,
    gateIsOpen: () => gate.isOpen,
    handOver: (to, reason) => handOver({ config, nodes: peers.nodes, store, probes }, to, reason),
    log,
  });
  const refiller = new Refiller({
    node,
    data: paths.data,
    addresses: () => peers.addresses,
    startedAt: () => prometheus.startedAt,
    probes,
    policy,
    headMs: HEAD_BLOCKS * durationMs(thanos?.blockDuration ?? '2h'),
    log,
  });
  const warm = (): boolean => probes.prometheusWorks && heardAll(0);
  const shardReport = (): ShardReport => {
    const { moduluses, sharedSince } = configurer;
    const since = Math.max(sharedSince, Date.parse(prometheus.startedAt ?? '') || Infinity);
    const settled = warm() && Date.now() - since >= policy.sharding.overlapMs;
    return { moduluses, works: probes.prometheusWorks, settled };
  };
  const source: StatusSource = {
    config,
    shardReport,
    identity,
    startedAt,
    gate,
    isWarm: warm,
    role,
    prometheus,
    alertmanager,
    sidecar,
    configurer,
    watchdog,
    scrubber,
    refiller,
    restorer,
    keeper,
    versions,
  };
  const held = (): StatusSource['gate']['state']['held'] => gate.state.held;
  await serveApi(
    {
      status: () => buildStatus(source),
      held: () => [...held().values()],
      counters: () => ({ storeErrors: role.storeErrors }),
    },
    address,
    PORTS.agent,
  );
  prometheus.adopt();
  alertmanager.adopt();
  sidecar?.adopt();
  const loops: Loop[] = [
    every(policy.pollMs, 'role', () => role.round(), log),
    every(policy.probe.intervalMs, 'probes', () => probes.round().then(() => conditions.look()), log),
    every(MERGE_MS, 'merge', merge, log),
  ];
  log('info', 'agent-started', {
    ...identity,
    adopted: { prometheus: prometheus.pid, alertmanager: alertmanager.pid },
  });

  const bringUp = async (): Promise<void> => {
    const mounted = await untilItWorks(
      'the machine',
      () =>
        prepareMachine(config, env, paths, identity, log).catch(async (error: unknown) => {
          if (error instanceof UserError) await keeper?.bootFails(error);
          throw error;
        }),
      log,
      5_000,
    );
    if (keeper !== null && mounted !== null) {
      loops.push(...(await careForVolumes(keeper, mounted, env, paths, { config, identity, log })));
    } else mountedAtStart = mounted?.id ?? null;
    Object.assign(versions, await readVersions(paths, log));
    // Announced before Alertmanager starts, so that of two that start at once one finds the other.
    // With a configuration from an earlier life nothing is waited for: S3 may be down.
    const first = async (): Promise<void> => {
      await layout.round();
      await peers.round();
    };
    if (generations.live === null) await untilItWorks('the control bucket', first, log);
    else await first().catch((error: Error) => log('warn', 'announce-failed', { error: messageOf(error) }));
    loops.push(
      every(policy.announceMs, 'announce', () => peers.round(), log),
      every(CONFIG_POLL_MS, 'layout', () => layout.round(), log),
      every(CONFIG_POLL_MS, 'config', () => configurer.round(), log),
      every(RESTORE_LOOK_MS, 'restore', async () => restorer?.round(), log),
      every(REFILL_LOOK_MS, 'refill', () => refiller.round(), log),
      every(policy.scrub.periodMs, 'scrub', () => scrubber.round(), log),
      every(policy.probe.intervalMs, 'repair', () => repairer.round(), log),
    );
    const configured = async (): Promise<void> => {
      if (generations.live === null) throw new Error('none was loaded yet');
    };
    await untilItWorks('a configuration', configured, log, CONFIG_LOOK_MS);
    prometheus.start();
    alertmanager.start();
    sidecar?.start().catch((error: unknown) => log('error', 'sidecar-failed', { error: messageOf(error) }));
  };
  bringUp().catch((error: Error) => {
    // systemd starts the agent anew, and what runs keeps running.
    log('error', 'agent-failed', { error: messageOf(error) });
    process.exit(1);
  });

  return {
    leave: () =>
      leave({ config, nodes: peers.nodes, role, store, probes, log }, () => [gate.toldEnds(), sidecar?.retire()]),
    async stop(withChildren) {
      for (const loop of loops) loop.stop();
      gate.stop();
      if (withChildren) await Promise.all([prometheus.stop(), alertmanager.stop(), sidecar?.stop()]);
      else for (const part of [prometheus, alertmanager, sidecar]) part?.release();
      log('info', 'agent-stopped', { childrenStopped: withChildren });
    },
  };
}
