import type { S3Client } from '@aws-sdk/client-s3';
import type { Assignment } from '../../contract/documents/assignment';
import { PORTS } from '../../contract/ports';
import { isWatchdog } from '../../core/alerts/watchdog';
import type { SeenAlert } from '../../core/moving/compare';
import { TAKEN_ALERTS } from '../../shell/alertmanager/client';
import { s3ControlStore } from '../../shell/assignment/store';
import { readHeldAlerts } from '../../shell/probes/agent-api';
import { Prometheus } from '../../shell/prometheus/client';
import { readAnnouncements } from '../cluster/announcements';
import type { ClusterHandle } from '../cluster/cluster';
import { NotNow } from '../exit';
import { Server } from '../import/ask';

/** Thousands of alerts take some time. */
const TIMEOUT_MS = 30_000;
const STORE_TIMEOUT_MS = 5_000;

/** All that an Alertmanager has. @throws Unreachable, UserError */
export async function alertsOf(alertmanager: string): Promise<SeenAlert[]> {
  const alerts = await new Server(alertmanager).get('/api/v2/alerts', TAKEN_ALERTS);
  return alerts.map(({ labels, startsAt }) => ({ labels, since: startsAt }));
}

/** One shard, as it is now. */
export interface Ours {
  readonly firing: readonly SeenAlert[];
  readonly pending: readonly SeenAlert[];
  readonly shard: number;
  readonly assignment: Assignment;
  readonly rules: readonly string[];
  /** When each node has had the longest `for` and `keep_firing_for` since its Prometheus started, ms since the Unix epoch. */
  readonly readyAt: number;
  /** Where the node is that alerts. */
  readonly address: string;
  /** Where its nodes are. */
  readonly addresses: readonly string[];
}

/** @throws NotNow where nobody alerts yet */
export async function whoAlerts(
  handle: ClusterHandle,
  s3: S3Client,
): Promise<Pick<Ours, 'assignment' | 'address' | 'addresses'>> {
  const store = s3ControlStore(s3, handle.controlBucket, handle.shard, STORE_TIMEOUT_MS);
  const [read, { announcements }] = await Promise.all([store.readAssignment(), readAnnouncements(store, handle.shard)]);
  const assignment = read?.assignment ?? null;
  const address = announcements.get(assignment?.active ?? '')?.address;
  if (assignment === null || address === undefined) throw nobodyAlerts(handle);
  return { assignment, address, addresses: [...announcements.values()].map((one) => one.address) };
}

/** @throws NotNow where nobody alerts yet; whatever a node that does not answer leads to */
export async function readOurs(handle: ClusterHandle, s3: S3Client): Promise<Ours> {
  const { assignment, address, addresses } = await whoAlerts(handle, s3);
  const active = prometheusAt(address);
  const [held, pending, rules, started] = await Promise.all([
    heldBy(address),
    active.alerts(),
    active.alertingRules(),
    Promise.all(addresses.map(async (node) => (await prometheusAt(node).runtime()).startTime ?? '')),
  ]);
  const longestMs = 1_000 * Math.max(0, ...rules.map(({ duration, keepFiringFor }) => duration + keepFiringFor));
  return {
    shard: handle.shard,
    assignment,
    firing: held.filter(({ labels }) => !isWatchdog(labels)),
    pending: pending
      .filter(({ state }) => state === 'pending')
      .map(({ labels, activeAt }) => ({ labels, since: activeAt })),
    rules: rules.map(({ name }) => name),
    readyAt: Math.max(...started.map((at) => Date.parse(at) || Date.now())) + longestMs,
    address,
    addresses,
  };
}

async function heldBy(address: string): Promise<SeenAlert[]> {
  const found: SeenAlert[] = [];
  const now = Date.now();
  await readHeldAlerts(address, AbortSignal.timeout(TIMEOUT_MS), (alerts) => {
    const firing = alerts.filter(({ endsAt }) => !(Date.parse(endsAt ?? '') <= now));
    found.push(...firing.map(({ labels, startsAt }) => ({ labels, since: startsAt ?? null })));
  });
  return found;
}

const prometheusAt = (address: string): Prometheus =>
  new Prometheus(`http://${address}:${PORTS.prometheus}`, { timeoutMs: TIMEOUT_MS });

const nobodyAlerts = ({ shard }: ClusterHandle): NotNow =>
  new NotNow({
    what: `nobody alerts in shard ${shard}`,
    got: 'no assignment of a node that has announced itself',
    expected: 'a cluster that runs',
    fix: '`npx promha status` says what is missing',
  });
