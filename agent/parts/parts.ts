import type { S3Client } from '@aws-sdk/client-s3';
import { durationMs } from '../../lib/contract/duration';
import { PORTS } from '../../lib/contract/ports';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { systemClock } from '../../lib/shell/async/clock';
import { PeerAlerts } from '../alerts/peer-alerts';
import type { CarriedAlerts } from '../alerts/carried-alerts';
import type { MovedLog } from '../alerts/moved-log';
import type { Undelivered } from '../alerts/undelivered';
import type { UnsentAlerts } from '../alerts/unsent-alerts';
import { WatchdogReceiver } from '../alerts/watchdog';
import type { Base } from '../base/base';
import type { Contact } from '../base/contact';
import type { Identity } from '../base/identity';
import { ProgramVersions } from '../base/versions';
import { Discovery, discoverySources } from '../failover/discovery';
import type { Failover } from '../failover/failover';
import { handOver } from '../failover/leave';
import { OwnRules } from '../failover/own-rules';
import { Peers } from '../failover/peers';
import { trustOf, type Trust } from './trust';
import { ProcessRecord } from '../process/process-record';
import { superviseAlertmanager, supervisePrometheus } from '../process/supervised';
import type { Supervisor } from '../process/supervisor';
import type { Configurer } from '../rendering/configurer';
import type { Generations } from '../rendering/generation';
import { Repairer } from '../tsdb/repairer';
import { secretKeeper, type SecretKeeper } from '../secrets/keeper';
import type { VolumeManager } from '../volumes/manager';
import { managerOf } from '../volumes/volumes';
import { carriedAlerts, movedLog, ownRulesOf, undeliveredHere, unsentAlerts, type Alerting } from './alerting';
import { Announcer } from './announcer';
import { configurerOf, reloadables } from './configuration';
import { nodeFailover } from './node-failover';
import { tsdbCare, type TsdbCare } from './tsdb';

/** What is there before this node knows its address. */
export interface Ground extends Alerting {
  readonly base: Base;
  readonly s3: S3Client;
  readonly store: ControlStore;
  readonly generations: Generations;
  readonly contact: Contact;
}

/** All of an agent's parts, made and not yet running. */
export interface Parts extends Ground, TsdbCare, Trust {
  readonly identity: Identity;
  readonly versions: ProgramVersions;
  readonly watchdog: WatchdogReceiver;
  readonly peers: Peers;
  readonly peerAlerts: PeerAlerts;
  readonly unsent: UnsentAlerts;
  readonly carried: CarriedAlerts;
  readonly undelivered: Undelivered;
  readonly failover: Failover;
  readonly discovery: Discovery;
  readonly ownRules: OwnRules;
  readonly movedLog: MovedLog;
  readonly prometheus: Supervisor;
  readonly alertmanager: Supervisor;
  /** null: nobody looks after its volume. */
  readonly manager: VolumeManager | null;
  readonly secrets: SecretKeeper;
  readonly configurer: Configurer;
  readonly repairer: Repairer;
  readonly announcer: Announcer;
}

/** Each part is made of those before it. What they say to each other later goes through records: `record`, `contact`. */
export function partsOf(ground: Ground, identity: Identity): Parts {
  const { base, store, s3, contact, gate } = ground;
  const { config, paths, log } = base;
  const { address } = identity;
  const versions = new ProgramVersions();
  const watchdog = new WatchdogReceiver(config.shard);
  const follow = (addresses: readonly string[]): void =>
    gate.setAlertmanagers(addresses.map((a) => `${a}:${PORTS.alertmanager}`));
  const peers = new Peers(config, address, store, paths, log, follow, ({ watchdogs }) => watchdog.hear(watchdogs));
  follow(peers.everywhere);
  const record = new ProcessRecord();
  const peerAlerts = new PeerAlerts({
    gate,
    peers: () => peers.others.values(),
    prometheus: record,
    resendDelayMs: durationMs(config.prometheus.resendDelay),
    timeoutMs: config.policy.probe.timeoutMs,
    log,
  });
  const others = (): string[] => peers.everywhere.filter((other) => other !== address);
  const trust = trustOf(ground, address, peers, () => alertmanager);
  const alertmanager: Supervisor = superviseAlertmanager(base, address, others, () => trust.gossip.tlsConfig);
  const deps = { store, contact, peers, gate, peerAlerts, prometheus: record, alertmanager };
  const failover = nodeFailover(base, deps);
  ground.withheld.follow(() => failover.role.assignment);
  const { probes } = failover;
  const tsdb = tsdbCare(base, address, peers, record, probes, s3);
  const onExit = (how: string): void => {
    tsdb.conditions.exited(how);
    failover.prometheusExited();
  };
  const prometheus = supervisePrometheus(base, address, record, onExit, () => tsdb.scrubber.beforeStart());
  const discovery = new Discovery({
    node: config.node,
    nodes: () => peers.nodes,
    startedAt: () => record.startedAt,
    ...discoverySources(address),
    now: systemClock.now,
    log,
  });
  const running = {
    ...ground,
    ...tsdb,
    ...trust,
    identity,
    versions,
    watchdog,
    peers,
    peerAlerts,
    failover,
    discovery,
  };
  const manager = volumeManager(running, prometheus);
  const programs = reloadables(address, { prometheus, alertmanager });
  const secrets = secretKeeper(base, ground.generations, programs);
  const configurer = configurerOf(base, { ...running, address, secrets, prometheus, alertmanager });
  const repairer = repairerOf(running, prometheus);
  const announcer = new Announcer({ ...running, probes, prometheus: record, configurer, manager });
  const unsent = unsentAlerts(base, address, { ...running, prometheus: record }, () => configurer.hash);
  const carried = carriedAlerts(base, address, gate, record);
  const undelivered = undeliveredHere(base, address);
  const ownRules = ownRulesOf(base, address, record);
  const alerts = {
    unsent,
    carried,
    undelivered,
    ownRules,
    movedLog: movedLog(base, s3, address, { ...ground, ...trust, alertmanager }),
  };
  return { ...running, ...alerts, prometheus, alertmanager, manager, secrets, configurer, repairer, announcer };
}

type Running = Ground & TsdbCare & Pick<Parts, 'identity' | 'peers' | 'failover'>;

function volumeManager(parts: Running, prometheus: Supervisor): VolumeManager | null {
  const { base, identity, store, sidecar, scrubber, backfiller, gate } = parts;
  const { config, env, paths, log } = base;
  const { probes } = parts.failover;
  return managerOf(env, paths, {
    config,
    identity,
    store,
    programs: [prometheus, ...(sidecar === null ? [] : [sidecar])],
    scrubber,
    alerts: () => gate.isOpen,
    isHealthy: () => probes.prometheusIsHealthy,
    alone: () => !probes.peerIsHealthy,
    onLoss: () => backfiller.lostSamples(),
    log,
  });
}

function repairerOf({ base, peers, scrubber, gate, store, failover }: Running, prometheus: Supervisor): Repairer {
  const { config, paths, log } = base;
  const { probes, role } = failover;
  return new Repairer({
    config,
    file: paths.repairs,
    nodes: () => peers.nodes,
    scrubber,
    prometheus,
    role,
    probes,
    gateIsOpen: () => gate.isOpen,
    handOver: (to, reason) => handOver({ config, nodes: peers.nodes, store, probes, clock: systemClock }, to, reason),
    log,
  });
}
