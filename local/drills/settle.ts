import { readiness } from '../run/ready';
import type { RunState } from '../../lib/shell/local/run-state';
import { awaitAll } from './clock';
import { baseline } from './judge/haproxy';
import { isDemo, readNotifications } from './judge/notifications';
import { alertUnrest, strayAlerts, type AlertsBy } from './rest';
import type { Roles, Scenario } from './scenario';
import { hasThanos, thanosUnrest } from './thanos';
import {
  activeAlertsAt,
  alertmanagerOf,
  DRILL_ALERTS,
  firingAt,
  allNodes,
  oracleAlertmanagerOf,
  oracleOf,
  prometheusOf,
  setDrill,
  statusOf,
  type DrillAlert,
  type TestBed,
} from './test-bed';

const SETTLE_MS = 120_000;

/** Alertmanager notifies news of a group every 5 s (group_interval): after this long nothing more is coming. */
export const QUIET_MS = 6_000;

/** A system at rest, and who plays which part. */
export interface Settled {
  readonly roles: Roles;
  readonly epoch: number;
  /** Alerts that nodes and oracle have at rest: of the user's, about what is not here. They are no part of the run. */
  readonly ongoing: ReadonlySet<string>;
}

/** Brings the system to rest and starts a new record: runs are incidents that have nothing to do with each other. */
export async function settle(world: TestBed, scenario: Scenario): Promise<Settled> {
  const { state, store, signal } = world;
  for (const alert of Object.keys(DRILL_ALERTS) as DrillAlert[]) await setDrill(world, alert, 0);
  await atRest(world);

  // Earlier runs would damp this one; an operator says that they are over.
  const read = (await store.readAssignment())!;
  const { assignment } = read;
  const next = {
    ...assignment,
    epoch: assignment.epoch + 1,
    promotions: [],
    by: 'operator' as const,
    reason: 'drill: a new run begins',
    at: new Date().toISOString(),
  };
  if ((await store.writeAssignment(next, read.etag)) !== 'written') {
    throw new Error('somebody else wrote the assignment while the system was at rest');
  }
  const missing = await awaitAll(
    async () => {
      const statuses = await Promise.all(state.nodes.map((n) => statusOf(world, n.node)));
      const behind = statuses.filter((s) => s.appliedEpoch !== next.epoch).map((s) => s.node);
      return behind.length === 0 ? null : `${behind.join(' and ')} did not learn of epoch ${next.epoch}`;
    },
    { timeoutMs: 20_000, signal },
  );
  if (missing !== null) throw new Error(`the system does not settle: ${missing}`);

  const { active } = next;
  const standby = state.nodes.find((n) => n.node !== active)!.node;
  const ongoing = new Set((await activeAlertsAt(oracleOf(world))).map(({ labels }) => labels.alertname ?? '?'));
  const roles = { active, standby, hurt: { active, standby, nobody: null }[scenario.hurts] };
  return { roles, epoch: next.epoch, ongoing };
}

/** What is waited for is said this often, and when it changes. */
const SAY_EVERY_MS = 5_000;

/** @throws Error naming what kept the system from coming to rest */
export async function atRest(world: TestBed, timeoutMs = SETTLE_MS): Promise<void> {
  const { signal, say } = world;
  const begunAt = Date.now();
  let calmSince: number | null = null;
  let saidAt = begunAt;
  const calm = async (): Promise<string | null> => {
    const why = await unrest(world).catch((error: Error) => error.message);
    const now = Date.now();
    calmSince = why === null ? (calmSince ?? now) : null;
    if (why === null) return now - calmSince! < QUIET_MS ? 'what ended may still be sent' : null;
    if (now - saidAt >= SAY_EVERY_MS) {
      say(`    ${Math.round((now - begunAt) / 1000)} s, waiting: ${why}`);
      saidAt = now;
    }
    return why;
  };
  const missing = await awaitAll(calm, { timeoutMs, signal, everyMs: 300 });
  if (missing !== null) throw new Error(`the system does not come to rest within ${timeoutMs / 1000} s: ${missing}`);
}

/** What keeps the system from being at rest, or null. */
async function unrest(world: TestBed): Promise<string | null> {
  const { state, store } = world;
  const now = await readiness(state, store);
  if (!now.ready) return now.missing;
  const open = [...now.probes.values()].filter((p) => p.agent!.gateOpen).map((p) => p.node);
  if (open.length !== 1) return `${open.length} gates are open`;
  const alerts = await ofEach(state.nodes, ({ node }) => activeAlertsAt(prometheusOf(world, node)));
  const unlike = alertUnrest(await activeAlertsAt(oracleOf(world)), alerts);
  if (unlike !== null) return unlike;
  const firing = await ofEach(allNodes(world), (n) => firingAt(alertmanagerOf(n)));
  const stray = strayAlerts(await firingAt(oracleAlertmanagerOf(world)), firing);
  if (stray !== null) return stray;
  const down = [...(await baseline(state.haproxySocket))].filter(([, up]) => !up).map(([node]) => node);
  if (down.length > 0) return `HAProxy still has ${down.join(' and ')} down`;
  if (hasThanos(state)) {
    const thanos = await thanosUnrest(world);
    if (thanos !== null) return thanos;
  }
  const last = readNotifications(state.pages).filter(isDemo).at(-1);
  return last !== undefined && Date.now() - last.receivedAt < QUIET_MS ? 'the last notification is fresh' : null;
}

async function ofEach<T>(
  nodes: RunState['nodes'],
  read: (node: RunState['nodes'][number]) => Promise<readonly T[]>,
): Promise<AlertsBy<T>> {
  return new Map(await Promise.all(nodes.map(async (n) => [n.node, await read(n)] as const)));
}
