import { WatchdogReceiver } from '../../../../agent/alerts/watchdog';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const MINUTE = 60_000;
const firing = (at: number) => ({
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'Watchdog', prometheus_ha: 'watchdog' },
      annotations: { evaluated_at: String(at / 1000) },
    },
  ],
});

beforeEach(() => jest.useFakeTimers({ now: NOW }));
afterEach(() => jest.useRealTimers());

test('what another node heard in 2099 is not believed', () => {
  const receiver = new WatchdogReceiver(0);
  receiver.hear({ 0: '2099-01-01T00:00:00Z' });
  expect(receiver.evaluatedAt).toBeNull();
  receiver.hear({ 0: new Date(NOW - MINUTE).toISOString() });
  expect(receiver.evaluatedAt).toBe(NOW - MINUTE);
});

test('a clock that was ten minutes ahead leaves nothing that hides silence', () => {
  const receiver = new WatchdogReceiver(0);
  jest.setSystemTime(NOW + 10 * MINUTE);
  receiver.take(firing(NOW + 10 * MINUTE));
  receiver.hear({ 0: new Date(NOW + 10 * MINUTE).toISOString() });
  jest.setSystemTime(NOW);
  expect(receiver.evaluatedAt).toBeNull();
  receiver.take(firing(NOW - MINUTE));
  expect(receiver.evaluatedAt).toBe(NOW - MINUTE);
});
