import { PORTS } from '../../../lib/contract/ports';
import type { ToldLabels } from '../../../lib/core/moving/alert-hash';
import {
  hashUsed,
  logIn,
  stateOf,
  translate,
  withHashes,
  type LogEntry,
} from '../../../lib/core/moving/notification-log';
import { exchangeState } from '../../../lib/shell/alertmanager/gossip';
import { eventually } from '../agent/agent-tools';
import { Alertmanagers } from './alertmanagers';

/** What the old Alertmanager has told, the new one is given as a peer would: see docs/decisions/0046. */
const OLD = '127.0.9.1';
const NEW = '127.0.9.2';
const GROUP_INTERVAL_MS = 2_000;
const KNOWN: ToldLabels = { alertname: 'Known' };

const old = new Alertmanagers(1_000, GROUP_INTERVAL_MS);
const neu = new Alertmanagers(1_000, GROUP_INTERVAL_MS);
const apis = { old: '', neu: '' };

const inCluster = (labels: ToldLabels): ToldLabels => ({ ...labels, cluster: 'c' });
const logOf = async (host: string): Promise<LogEntry[]> =>
  logIn(await exchangeState(host, PORTS.alertmanagerCluster, new Uint8Array(), 5_000));

async function post(api: string, alerts: readonly { labels: ToldLabels; ended?: boolean }[]): Promise<void> {
  const now = Date.now();
  const body = alerts.map(({ labels, ended = false }) => ({
    labels,
    startsAt: new Date(now - 60_000).toISOString(),
    endsAt: new Date(ended ? now : now + 300_000).toISOString(),
  }));
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`http://${api}/api/v2/alerts`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
}

beforeAll(async () => {
  await old.prepare();
  await neu.prepare();
  apis.old = old.start(OLD, []);
  apis.neu = neu.start(NEW, []);
  await old.settled([apis.old]);
  await neu.settled([apis.neu]);
}, 120_000);
afterAll(async () => {
  await old.stop();
  await neu.stop();
});

test('what the old one has told of is not told again, and its end is told once', async () => {
  const alerts = ['Stays', 'Ends', 'EndsBetween'].map((alertname): ToldLabels => ({ alertname }));
  await post(
    apis.old,
    alerts.map((labels) => ({ labels })),
  );
  await post(apis.neu, [{ labels: KNOWN }]);
  await eventually('both have told', async () => {
    const [theirs, ours] = [await logOf(OLD), await logOf(NEW)];
    return theirs.length === alerts.length && ours.length === 1;
  });

  const entries = await logOf(OLD);
  const made = translate(entries, {
    from: hashUsed(entries, alerts)!,
    alerts,
    labels: inCluster,
    groupKeys: (key) => [key],
  });
  expect(made).toMatchObject({ unknown: 0, entries: { length: alerts.length } });
  await exchangeState(
    NEW,
    PORTS.alertmanagerCluster,
    stateOf(withHashes(made.entries, hashUsed(await logOf(NEW), [KNOWN])!)),
    5_000,
  );

  const sent = (alertname: string, ended = false) => ({ labels: inCluster({ alertname }), ended });
  await post(apis.neu, [sent('Stays'), sent('Ends'), sent('EndsBetween', true), sent('New'), sent('Never', true)]);
  await eventually('the new one has told what is new', () =>
    Promise.resolve(neu.told('New').length === 1 && neu.told('EndsBetween').length === 1),
  );
  await post(apis.neu, [sent('Ends', true)]);
  await eventually('the end is told', () => Promise.resolve(neu.told('Ends').length > 0));
  // Two turns of every group.
  await new Promise((resolve) => setTimeout(resolve, 2 * GROUP_INTERVAL_MS + 1_000));
  expect(Object.fromEntries(['Stays', 'Ends', 'EndsBetween', 'New', 'Never'].map((n) => [n, neu.told(n)]))).toEqual({
    Stays: [],
    Ends: ['resolved'],
    EndsBetween: ['resolved'],
    New: ['firing'],
    Never: [],
  });
  const members = (await (await fetch(`http://${apis.old}/api/v2/status`)).json()) as { cluster: { peers: unknown[] } };
  expect(members.cluster.peers).toHaveLength(1);
}, 120_000);
