import type { S3Client } from '@aws-sdk/client-s3';
import type { PostedAlert } from '../../lib/contract/documents/alerts';
import { MOVE } from '../../lib/contract/documents/move';
import { durationMs } from '../../lib/contract/duration';
import { KEYS } from '../../lib/contract/keys';
import { PORTS } from '../../lib/contract/ports';
import type { KnownAlert, RuleState } from '../../lib/core/alerts/carried';
import { isWatchdog } from '../../lib/core/alerts/watchdog';
import { pauseOf } from '../../lib/core/failover/pause';
import { activeAlerts } from '../../lib/shell/alertmanager/client';
import { exchangeState } from '../../lib/shell/alertmanager/gossip';
import { s3Documents } from '../../lib/shell/assignment/s3-documents';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { systemClock } from '../../lib/shell/async/clock';
import { Prometheus } from '../../lib/shell/prometheus/client';
import { readAgentStatus, readHeldAlerts } from '../../lib/shell/probes/agent-api';
import { AlertGate } from '../alerts/alert-gate';
import { askTargetsUp, PartitionGuard, targetsUpAt } from '../alerts/partition-guard';
import { serveGate } from '../alerts/server';
import { CarriedAlerts } from '../alerts/carried-alerts';
import { MovedLog } from '../alerts/moved-log';
import { Undelivered } from '../alerts/undelivered';
import { UnsentAlerts } from '../alerts/unsent-alerts';
import { WithheldAlerts } from '../alerts/withheld';
import type { Base } from '../base/base';
import type { Contact } from '../base/contact';
import type { Discovery } from '../failover/discovery';
import type { Failover } from '../failover/failover';
import { OwnRules } from '../failover/own-rules';
import type { Peers } from '../failover/peers';
import { ShardMapManager } from '../sharding/shard-map-manager';
import type { Log } from '../base/log';
import { peerBy } from '../trust/files';
import type { Gossip } from '../trust/gossip';
import type { ProcessRecord } from '../process/process-record';
import type { Supervisor } from '../process/supervisor';

/** Thousands of them take some time, and nobody waits. */
const TARGETS_TIMEOUT_MS = 5_000;

const prometheusAt = (address: string): Prometheus =>
  new Prometheus(`http://${address}:${PORTS.prometheus}`, { timeoutMs: TARGETS_TIMEOUT_MS });

/** Of thousands of alerts it is some megabytes. */
const MOVE_TIMEOUT_MS = 10_000;

/** Prometheus posts a firing alert with an end four resend delays ahead. */
const ALERT_LIVES = 4;

export interface Alerting {
  readonly gate: AlertGate;
  readonly guard: PartitionGuard;
  readonly shardMap: ShardMapManager;
  readonly withheld: WithheldAlerts;
}

/**
 * The gate, listening, and what it asks before it sends. `address`: this node's; only an open gate needs it.
 * @throws when its port is taken
 */
export async function startAlerting(
  { config, env, paths, log }: Base,
  store: ControlStore,
  contact: Contact,
  address: Promise<string>,
): Promise<Alerting> {
  const targets = async () => prometheusAt(await address).targets();
  const shardMap = new ShardMapManager({ shard: config.shard, store, file: paths.shardMap, targets, log });
  const withheld = new WithheldAlerts(systemClock.now, log);
  const targetsUp = async (): Promise<number> => targetsUpAt(await address);
  const guard = new PartitionGuard({ targetsUp, contact, clock: systemClock, log });
  const gate = new AlertGate({
    alertLifeMs: ALERT_LIVES * durationMs(config.prometheus.resendDelay),
    peerTimeoutMs: durationMs(config.alertmanager.peerTimeout),
    mayNotify: () => guard.maySend(),
    notifies: (alert) => withheld.passes(alert) && shardMap.notifies(alert),
    log,
  });
  await serveGate(gate, env.gateAddress, PORTS.gate);
  return { gate, guard, shardMap, withheld };
}

/**
 * Alerts live in Alertmanager's memory only, silences and the log of notifications do not: started anew it knows what the cluster
 * knows, and forgets what only this node believed. Killed, because a polite end would still notify.
 */
export function forgetAlerts(alertmanager: Supervisor, because: string, log: Log): void {
  log('warn', 'alertmanager-forgets', { because });
  alertmanager.signal('SIGKILL');
}

interface Speaking {
  readonly gate: AlertGate;
  readonly contact: Contact;
  readonly peers: Peers;
  readonly failover: Failover;
  readonly prometheus: Started;
  readonly discovery: Pick<Discovery, 'undiscovered'>;
}

const ALERTS_TIMEOUT_MS = 1_000;
/** An Alertmanager takes its time to write many down. */
const TIMEOUT_MS_PER_ALERT = 0.1;

/** What an Alertmanager has; `gate`: by what it holds the answer is waited for longer. @throws when there is none in time */
export const listedBy =
  (gate: Pick<AlertGate, 'state'>) =>
  (alertmanager: string): Promise<KnownAlert[]> =>
    activeAlerts(`http://${alertmanager}`, ALERTS_TIMEOUT_MS + Math.ceil(TIMEOUT_MS_PER_ALERT * gate.state.held.size));

type Started = Pick<ProcessRecord, 'startedAt'>;

/** ms since the Unix epoch; null while it does not run. */
const startOf = ({ startedAt }: Started): number | null => (startedAt === null ? null : Date.parse(startedAt));

/** What a standby does about alerts that fire here and that nobody has. `configHash`: of what this node runs. */
export function unsentAlerts(
  { config, log }: Base,
  address: string,
  { gate, contact, peers, failover, prometheus, discovery }: Speaking,
  configHash: () => string | null,
): UnsentAlerts {
  const { probes, role } = failover;
  const { timeoutMs } = config.policy.probe;
  return new UnsentAlerts({
    gate,
    resendDelayMs: durationMs(config.prometheus.resendDelay),
    startedAt: () => startOf(prometheus),
    active: () => (role.role === 'standby' ? (peers.others.get(role.assignment?.active ?? '') ?? null) : null),
    own: () => ({
      healthy: probes.selfIsHealthy,
      paused: pauseOf(role.assignment) !== null,
      storeReadAt: contact.storeReadAt,
      configHash: configHash(),
      discovered: discovery.undiscovered.length === 0,
    }),
    askForRead: () => contact.askForRead(),
    ownTargetsUp: () => askTargetsUp(address),
    alertsOf: listedBy(gate),
    targetsUpOf: askTargetsUp,
    statusOf: (other) => readAgentStatus(other, AbortSignal.timeout(timeoutMs)),
    heldBy: async (other) => {
      const held: PostedAlert[] = [];
      await readHeldAlerts(other, AbortSignal.timeout(timeoutMs), (alerts) => held.push(...alerts));
      return held;
    },
    now: systemClock.now,
    log,
  });
}

/** What the node that alerts does about alerts that its Prometheus does not fire yet. */
export function carriedAlerts(
  { config, log }: Base,
  address: string,
  gate: AlertGate,
  prometheus: Started,
): CarriedAlerts {
  const resendDelayMs = durationMs(config.prometheus.resendDelay);
  const own = prometheusAt(address);
  return new CarriedAlerts({
    gate,
    resendDelayMs,
    alertLifeMs: ALERT_LIVES * resendDelayMs,
    startedAt: () => startOf(prometheus),
    alertsOf: listedBy(gate),
    rules: () => ruleStates(own),
    now: systemClock.now,
    log,
  });
}

/** Of this node's programs. */
export function undeliveredHere({ config, startedAt, log }: Base, address: string): Undelivered {
  const own = prometheusAt(address);
  return new Undelivered({
    node: config.node,
    startedAt: Date.parse(startedAt),
    ask: (query) => own.vector(query),
    now: systemClock.now,
    log,
  });
}

/** Whether this node evaluates its rules in time. */
export function ownRulesOf({ log }: Base, address: string, prometheus: Pick<ProcessRecord, 'startedAt'>): OwnRules {
  const own = prometheusAt(address);
  return new OwnRules({
    startedAt: () => prometheus.startedAt,
    groups: async () =>
      (await own.ruleGroups('without')).map(({ name, interval, lastEvaluation }) => {
        const at = Date.parse(lastEvaluation);
        return { name, intervalMs: 1_000 * interval, evaluatedAt: at > 0 ? at : null };
      }),
    now: systemClock.now,
    log,
  });
}

/** @throws when it does not answer in time */
export const ruleStates = async (prometheus: Prometheus): Promise<RuleState[]> =>
  (await prometheus.alertingRules()).map(({ name, labels, keepFiringFor, health, alerts }) => ({
    name,
    labels,
    keepFiringForMs: 1_000 * keepFiringFor,
    evaluated: health !== 'unknown',
    alerts: alerts.map((alert) => alert.labels),
  }));

interface OwnAlertmanager {
  readonly alertmanager: Supervisor;
  readonly gossip: Pick<Gossip, 'runs' | 'tlsConfig'>;
}

/** What another system told before, for this node's Alertmanager. */
export function movedLog(
  { config, log }: Base,
  s3: S3Client,
  address: string,
  { gate, withheld, alertmanager, gossip }: Pick<Alerting, 'gate' | 'withheld'> & OwnAlertmanager,
): MovedLog {
  const documents = s3Documents(s3, config.controlBucket, MOVE_TIMEOUT_MS);
  return new MovedLog({
    readMove: async () => (await documents.read(MOVE, KEYS.move))?.document ?? null,
    withheld: () => withheld.holds,
    watchdog: () =>
      [...gate.state.held.values()].map(({ alert }) => alert.labels).find((labels) => isWatchdog(labels)) ?? null,
    exchange: async (ours) => {
      const config = gossip.runs === 'tls' ? gossip.tlsConfig : null;
      const tls = config === null ? null : peerBy(config);
      return exchangeState(address, PORTS.alertmanagerCluster, ours, MOVE_TIMEOUT_MS, tls);
    },
    alertmanagerPid: () => alertmanager.pid,
    log,
  });
}
