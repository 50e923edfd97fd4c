import { ALERTING_RULES, RULE_GROUPS } from '../../../lib/shell/prometheus/answers';

/** As Prometheus answers in its first second: no rule was evaluated yet. */
const rule = { name: 'A', health: 'unknown', alerts: null };
const answer = JSON.stringify({ status: 'success', data: { groups: [{ name: 'g', interval: 1, rules: [rule] }] } });

test('a rule that was not evaluated yet has no alerts, and that is an answer', () => {
  expect(RULE_GROUPS.parse(answer, 'a').data.groups[0]!.rules[0]!.alerts).toEqual([]);
  expect(ALERTING_RULES.parse(answer, 'a').data.groups[0]!.rules[0]).toMatchObject({ health: 'unknown', alerts: [] });
});
