import { alertUnrest, strayAlerts } from '../../../../local/drills/rest';
import type { ActiveAlert } from '../../../../local/drills/test-bed';

const alert = (alertname: string, state = 'firing', more: Record<string, string> = {}): ActiveAlert => ({
  labels: { alertname, instance: 'db:9100', ...more },
  state,
  activeAt: '2026-01-01T00:00:00Z',
});
const nodes = (...alerts: ActiveAlert[]) => new Map([['node-1', alerts]]);

test("a user's own alert that the oracle has too is no obstacle", () => {
  expect(alertUnrest([alert('Down')], nodes(alert('Down')))).toBeNull();
  expect(alertUnrest([alert('Down', 'pending')], nodes(alert('Down', 'pending')))).toBeNull();
});

test.each([
  ['only a node has it', [], [alert('Down')], 'Down of db:9100 is firing at node-1, nothing at the oracle'],
  ['only the oracle has it', [alert('Down')], [], 'Down of db:9100 is firing at the oracle, nothing at node-1'],
  [
    'it only waits at the node',
    [alert('Down')],
    [alert('Down', 'pending')],
    'Down of db:9100 is pending at node-1, firing at the oracle',
  ],
  [
    'it is about another target',
    [alert('Down')],
    [alert('Down', 'firing', { instance: 'db:9200' })],
    'Down of db:9200 is firing at node-1, nothing at the oracle',
  ],
])('no rest while %s', (_, oracle, node, why) => {
  expect(alertUnrest(oracle, nodes(...node))).toBe(why);
});

test('an alert that a drill moves must be over, also where both have it', () => {
  const moved = alert('DrillFor5s', 'firing', { prometheus_ha_demo: 'drill' });
  expect(alertUnrest([moved], nodes(moved))).toBe('DrillFor5s of db:9100 is firing at the oracle');
});

test('what an Alertmanager keeps and the oracle has not is named', () => {
  const labels = { alertname: 'Old' };
  expect(strayAlerts([labels], new Map([['node-1', [labels]]]))).toBeNull();
  expect(strayAlerts([], new Map([['node-1', [labels]]]))).toBe('node-1 still has Old, which the oracle has not');
});
