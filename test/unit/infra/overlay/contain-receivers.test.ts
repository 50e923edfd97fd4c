import { parse } from 'yaml';
import { renderAlertmanager } from '../../../../lib/core/rendering/render-alertmanager';
import { addRoutes, containReceivers } from '../../../../lib/infra/config/overlay/contain-receivers';

const PAGER = 'http://127.77.0.1:9300/notifications';

/** Every way out that Alertmanager has, and every place from which it reads an address or a secret. */
const EVERYWHERE = `
global:
  resolve_timeout: 3m
  smtp_smarthost: mail.example.com:587
  smtp_from: alerts@example.com
  smtp_auth_password_file: /etc/secrets/smtp
  slack_api_url_file: /etc/secrets/slack
  pagerduty_url: https://events.pagerduty.example.com/v2/enqueue
  opsgenie_api_url: https://api.opsgenie.example.com/
  http_config: { proxy_url: 'http://proxy.example.com:3128', oauth2: { client_id: a, client_secret_file: /s, token_url: 'https://login.example.com/' } }
templates: []
tracing: { endpoint: tracing.example.com:4317 }
route:
  receiver: web
  routes:
    - { receiver: mail, matchers: ['severity="ticket"'], mute_time_intervals: [nights] }
    - { receiver: chat, matchers: ['team="a"'] }
    - { receiver: duty, matchers: ['severity="page"'], continue: true }
    - { receiver: genie }
    - { receiver: topic }
    - { receiver: later }
    - { receiver: nobody }
receivers:
  - name: web
    webhook_configs: [{ url: 'https://hooks.example.com/a', max_alerts: 3 }, { url_file: /etc/secrets/hook }]
  - name: mail
    email_configs: [{ to: 'oncall@example.com', html: '{{ template "mail" . }}' }]
  - name: chat
    slack_configs: [{ api_url: 'https://hooks.slack.example.com/x', channel: '#a' }]
  - name: duty
    pagerduty_configs: [{ routing_key_file: /etc/secrets/pd }]
  - name: genie
    opsgenie_configs: [{ api_key_file: /etc/secrets/og }]
  - name: topic
    sns_configs: [{ topic_arn: 'arn:aws:sns:eu-west-1:111122223333:a', sigv4: { region: eu-west-1 } }]
  - name: later
    integration_of_next_year_configs: [{ address: 'somewhere.example.com' }]
  - name: nobody
inhibit_rules:
  - { source_matchers: ['severity="page"'], target_matchers: ['severity!="page"'] }
time_intervals: [{ name: nights, time_intervals: [{ times: [{ start_time: '00:00', end_time: '06:00' }] }] }]
`;

/** Every text in a document. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([k, v]) => [k, ...texts(v)]) : [];
}

test('whatever a receiver is, it leads to the local pager and nowhere else', () => {
  const { text, names } = containReceivers(EVERYWHERE, PAGER);
  expect(names).toEqual(['web', 'mail', 'chat', 'duty', 'genie', 'topic', 'later']);
  const config = parse(text) as { receivers: object[] };
  expect(config.receivers).toEqual([
    ...names.map((name) => ({ name, webhook_configs: [{ url: PAGER, send_resolved: true }] })),
    // Who is told of nothing is told of nothing here.
    { name: 'nobody' },
  ]);
  const found = texts(config).filter((t) => /example\.com|secrets|arn:|_file|proxy|template|tracing|\//.test(t));
  expect(new Set(found)).toEqual(new Set([PAGER]));
});

test('routes, groups, inhibitions and times stay what they are', () => {
  const before = parse(EVERYWHERE) as Record<string, unknown>;
  const { route, inhibit_rules, time_intervals, global } = parse(containReceivers(EVERYWHERE, PAGER).text);
  expect({ route, inhibit_rules, time_intervals }).toEqual({
    route: before.route,
    inhibit_rules: before.inhibit_rules,
    time_intervals: before.time_intervals,
  });
  expect(global).toEqual({ resolve_timeout: '3m' });
});

test("the demonstration's alerts go first, at once, and no rule of the user's silences them", () => {
  const own = { matcher: 'prometheus_ha_demo!=""', receiver: 'prometheus-ha-demo-pager', url: PAGER };
  const { route, receivers, inhibit_rules } = parse(addRoutes(containReceivers(EVERYWHERE, PAGER).text, [own]));
  expect(route.routes[0]).toMatchObject({ receiver: own.receiver, matchers: [own.matcher], group_wait: '1s' });
  expect(route.routes).toHaveLength(8);
  expect(receivers.at(-1)).toEqual({ name: own.receiver, webhook_configs: [{ url: PAGER, send_resolved: true }] });
  expect(inhibit_rules[0].target_matchers).toEqual(['severity!="page"', 'prometheus_ha_demo=""']);
});

test('what a node makes of it has no other address than the pager and its own agent', () => {
  const hooks = { address: '127.0.0.1', tokenFile: '/token' };
  const rendered = renderAlertmanager(containReceivers(EVERYWHERE, PAGER).text, hooks, []);
  const urls = texts(parse(rendered)).filter((t) => t.includes('://'));
  expect(new Set(urls.map((url) => new URL(url).hostname))).toEqual(new Set(['127.77.0.1', '127.0.0.1']));
});

test('values of routes stay as they are written', () => {
  const text =
    'route: { receiver: a, group_by: [0123], routes: [{ match: { id: 007, page: yes } }] }\nreceivers: [{ name: a, slack_configs: [{}] }]\n';
  const contained = addRoutes(containReceivers(text, PAGER).text, [{ matcher: 'a="b"', receiver: 'own', url: PAGER }]);
  for (const part of ['- 0123', 'id: 007', 'page: yes', 'send_resolved: true']) expect(contained).toContain(part);
});
