import { undeliveredQuery, undeliveredSaid, type Lost } from '../../../../lib/core/alerts/undelivered';
import { promqlError } from '../../../../lib/infra/config/promql/promql';

const MINUTE = 60_000;

test('an agent looks back as far as Prometheus had it to post to, ten minutes at most', () => {
  expect(undeliveredQuery('node-1', MINUTE)).toBeNull();
  expect(undeliveredQuery('node-1', 3 * MINUTE)).toContain('[120s]');
  const query = undeliveredQuery('node-1', 24 * 60 * MINUTE)!;
  expect(query).toContain('[600s]');
  expect(query).toContain('node="node-1"');
  expect(promqlError(query)).toBeNull();
});

test('what was lost is said with its number, and with why', () => {
  const lost: Lost[] = [
    { labels: { job: 'prometheus' }, value: 2345.6 },
    { labels: { job: 'alertmanager', integration: 'webhook', reason: 'clientError' }, value: 0.4 },
    { labels: { job: 'prometheus-ha-agent' }, value: 2 },
    { labels: { job: 'something-else' }, value: 3 },
  ];
  expect(undeliveredSaid(lost)).toEqual([
    'its Prometheus dropped 2346 posts of alerts: its queue was full, or the gate did not take them',
    'its Alertmanager gave up 1 notifications by webhook (clientError)',
    "an Alertmanager refused 2 alerts for what is in them: the agent's log names them (alert-refused)",
  ]);
});
