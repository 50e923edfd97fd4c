import { parse } from 'yaml';
import { watchdogRules } from '../../../../lib/core/rendering/watchdog-rules';

test('the watchdog always fires, with its shard and the time of its evaluation', () => {
  const rule = {
    alert: 'Watchdog',
    expr: 'vector(time())',
    labels: { prometheus_ha: 'watchdog', prometheus_ha_shard: '2' },
    annotations: { summary: expect.any(String), evaluated_at: '{{ $value }}' },
  };
  expect(parse(watchdogRules(2))).toEqual({ groups: [{ name: 'prometheus-ha', rules: [rule] }] });
});
