import { activeAlerts } from '../../../lib/shell/alertmanager/client';
import { postPassingOver } from '../../../agent/alerts/alertmanager';
import type { PostedAlert } from '../../../lib/contract/documents/alerts';
import { Alertmanagers } from './alertmanagers';

/** What a real Alertmanager refuses of a request: all of it, for one alert that is not valid. */
const alertmanagers = new Alertmanagers(500, 1_000);
beforeAll(() => alertmanagers.prepare());
afterAll(() => alertmanagers.stop());

const alert = (labels: Record<string, string>): PostedAlert => ({
  labels,
  startsAt: new Date().toISOString(),
  endsAt: new Date(Date.now() + 60_000).toISOString(),
});

test('an alert that Alertmanager does not take holds up none that it does', async () => {
  const api = alertmanagers.start('127.31.7.1', []);
  await alertmanagers.settled([api]);
  const names = Array.from({ length: 50 }, (_, i) => `good-${i}`);
  const alerts = names.map((alertname) => alert({ alertname }));
  // A label without a name; and an alert that ends before it begins.
  const nameless = alert({ alertname: 'nameless', '': 'x' });
  const backwards = { ...alert({ alertname: 'backwards' }), endsAt: new Date(0).toISOString() };
  const refused = await postPassingOver(api, [...alerts.slice(0, 30), nameless, ...alerts.slice(30), backwards]);
  expect(refused.map(({ alert: { labels } }) => labels.alertname)).toEqual(['nameless', 'backwards']);
  expect(refused[0]!.says).toMatch(/^HTTP 400: /);
  const taken = await activeAlerts(`http://${api}`, 2_000);
  expect(taken.map(({ labels }) => labels.alertname).sort()).toEqual([...names].sort());
}, 60_000);
