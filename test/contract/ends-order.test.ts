import type { Server } from 'node:http';
import { AlertGate } from '../../agent/gate/alert-gate';
import type { PostedAlert } from '../../lib/core/gate';
import { servePager, type Notification } from './agent-tools';
import { Alertmanagers } from './alertmanagers';

jest.setTimeout(120_000);

const ADDRESSES = ['127.88.12.1', '127.88.12.2'];
const TIMEOUT_MS = 2_000;
const INTERVAL_MS = 4_000;

let pager: { url: string; got: Notification[]; server: Server };
let alertmanagers: Alertmanagers;

beforeAll(async () => {
  pager = await servePager();
  alertmanagers = new Alertmanagers(
    `${TIMEOUT_MS}ms`,
    `route: { receiver: pager, group_by: [alertname], group_wait: 1s, group_interval: ${INTERVAL_MS}ms, repeat_interval: 4h }\n` +
      `receivers: [{ name: pager, webhook_configs: [{ url: '${pager.url}', send_resolved: true }] }]\n`,
  );
  await alertmanagers.prepare();
});
afterAll(() => {
  alertmanagers.stop();
  pager.server.closeAllConnections();
  pager.server.close();
});

const after = (t0: number, ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, t0 + ms - Date.now()));

const told = (name: string): string[] =>
  pager.got.flatMap(({ alerts }) => alerts.filter((a) => a.labels.alertname === name).map((a) => a.status));

test('an Alertmanager that came later, and looks at other moments, does not tell an alert again as it ends', async () => {
  const [first, second] = ADDRESSES.map((address, i) => alertmanagers.start(address, ADDRESSES.slice(0, i)));
  await alertmanagers.settled([first!, second!]);
  // The same at the same moments, by a gate that knows how long Alertmanagers wait for each other, and by one that
  // tells every end to all at once.
  const gates = { InOrder: TIMEOUT_MS, AtOnce: 0 };
  const posting = Object.entries(gates).map(([alertname, peerTimeoutMs]) => {
    const gate = new AlertGate(() => {}, 60_000, peerTimeoutMs);
    gate.setOpen(true, 'test');
    gate.setAlertmanagers([first!]);
    const startsAt = new Date(Date.now() - 10_000).toISOString();
    const post = (endsAt: number): PostedAlert => ({
      labels: { alertname },
      startsAt,
      endsAt: new Date(endsAt).toISOString(),
    });
    return { gate, post };
  });

  // It fired before: each looks at once, and then every 4 s. The second one is told 3 s later, and looks 1 s earlier.
  const t0 = Date.now();
  for (const { gate, post } of posting) gate.accept([post(t0 + 60_000)]);
  await after(t0, 3_000);
  for (const { gate } of posting) gate.setAlertmanagers([first!, second!]);
  // The second one has looked (7 s) and waits until 9 s; the first one looks at 8 s.
  await after(t0, 7_500);
  for (const { gate, post } of posting) gate.accept([post(Date.now())]);
  await after(t0, 20_000);
  for (const { gate } of posting) gate.stop();

  expect(told('InOrder')).toEqual(['firing', 'resolved']);
  // Alertmanager does so: should it cease to, the order is not needed any more.
  expect(told('AtOnce')).toEqual(['firing', 'resolved', 'firing', 'resolved']);
});
