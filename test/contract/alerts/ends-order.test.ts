import { AlertGate } from '../../../agent/alerts/alert-gate';
import type { PostedAlert } from '../../../lib/contract/documents/alerts';
import { eventually } from '../agent/agent-tools';
import { Alertmanagers } from './alertmanagers';

jest.setTimeout(120_000);

const ADDRESSES = ['127.88.12.1', '127.88.12.2'];
const TIMEOUT_MS = 2_000;

const alertmanagers = new Alertmanagers(TIMEOUT_MS, 4_000);
beforeAll(() => alertmanagers.prepare());
afterAll(() => alertmanagers.stop());

/** All of them, in this order. */
async function start(): Promise<string[]> {
  const apis: string[] = [];
  for (const [i, address] of ADDRESSES.entries()) {
    const api = alertmanagers.start(address, ADDRESSES.slice(0, i));
    await eventually(`${api} answers`, async () => (await fetch(`http://${api}/-/ready`)).ok);
    apis.push(api);
  }
  await alertmanagers.settled(apis);
  // Just started they tell nothing yet (--dispatch.start-delay), and then all at once.
  await after(Date.now(), 6_000);
  return apis;
}

/** An open gate, and posts of one alert that began a while ago. */
function posting(alertname: string, peerTimeoutMs: number): { gate: AlertGate; post: (endsAt: number) => PostedAlert } {
  const gate = new AlertGate({
    alertLifeMs: 60_000,
    peerTimeoutMs,
    mayNotify: async () => true,
    notifies: () => true,
    log: () => {},
  });
  gate.setOpen(true, 'test');
  const startsAt = new Date(Date.now() - 10_000).toISOString();
  const post = (endsAt: number): PostedAlert => ({
    labels: { alertname },
    startsAt,
    endsAt: new Date(endsAt).toISOString(),
  });
  return { gate, post };
}

const after = (t0: number, ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, t0 + ms - Date.now()));

test('an Alertmanager that came later, and looks at other moments, does not tell an alert again as it ends', async () => {
  const [first, second] = await start();
  // The same at the same moments, by a gate that knows how long Alertmanagers wait for each other, and by one that
  // tells every end to all at once.
  const both = [posting('InOrder', TIMEOUT_MS), posting('AtOnce', 0)];
  for (const { gate } of both) gate.setAlertmanagers([first!]);

  // It fired before: each looks at once, and then every 4 s. The second one is told 3 s later, and looks 1 s earlier.
  const t0 = Date.now();
  for (const { gate, post } of both) gate.accept([post(t0 + 60_000)]);
  await after(t0, 3_000);
  for (const { gate } of both) gate.setAlertmanagers([first!, second!]);
  // The second one has looked (7 s) and waits until 9 s; the first one looks at 8 s.
  await after(t0, 7_500);
  for (const { gate, post } of both) gate.accept([post(Date.now())]);
  await after(t0, 20_000);
  for (const { gate } of both) gate.stop();

  expect(alertmanagers.told('InOrder')).toEqual(['firing', 'resolved']);
  // Alertmanager does so: should it cease to, the order is not needed any more.
  expect(alertmanagers.told('AtOnce')).toEqual(['firing', 'resolved', 'firing', 'resolved']);
});

test('all of them killed at once still know what was told: not told again, and its end is', async () => {
  const { gate, post } = posting('Killed', TIMEOUT_MS);
  gate.setAlertmanagers(ADDRESSES.map((address) => `${address}:9193`));
  gate.accept([post(Date.now() + 60_000)]);
  await eventually('it is told', () => alertmanagers.told('Killed').length === 1);
  await after(Date.now(), 4_000);
  await alertmanagers.kill();
  gate.accept([post(Date.now())]);
  await start();
  await eventually('its end is told', () => alertmanagers.told('Killed').length > 1);
  await after(Date.now(), 5_000);
  gate.stop();
  expect(alertmanagers.told('Killed')).toEqual(['firing', 'resolved']);
});
