import { checkAlertmanager, type AlertmanagerVerdict } from '../../../../lib/infra/config/check/alertmanager';

const check = (text: string): AlertmanagerVerdict => checkAlertmanager('am.yml', text);
const said = (text: string): string[] => check(text).form.map(({ message }) => message);

test.each([
  [
    'everything there is',
    'global:\nroute: { receiver: a, routes: }\nreceivers: [{ name: a }]\ntemplates:\ninhibit_rules: []\ntime_intervals: [{ name: x, time_intervals: [] }]\nmute_time_intervals:\ntracing: { endpoint: x }\nevent_recorder: { stdout_outputs: [{}] }\n',
  ],
  ['an empty route among others', 'route:\n  receiver: a\n  routes:\n    -\nreceivers: [{ name: a }]\n'],
  ['names that are numbers', 'route: { receiver: 1 }\nreceivers: [{ name: 1 }]\n'],
  ['merge keys', 'x-y: &r\nroute: { receiver: a }\nreceivers: [{ name: a }]\n'.replace('x-y: &r\n', '')],
  ['a second document', 'route: { receiver: a }\nreceivers: [{ name: a }]\n---\nx: [\n'],
])('%s is taken', (_, text) => expect(said(text)).toEqual([]));

test.each([
  ['receivers: [{ name: a }]', /am.yml:1:1: route is not usable\n.*nothing\n.*route: \{ receiver: NAME \}/],
  [
    'route: { receiver: b }\nreceivers: [{ name: bb }]',
    /am.yml:1:10: a route leads to a receiver that does not exist\n.*'b'\n.*one of bb\n.*did you mean bb/,
  ],
  ['route: { receiver: a }\nreceivers:\n- name: a\n- name: a', /am.yml:4:3: two receivers have the same name/],
  ['route: { receiver: a }\nrecievers: [{ name: a }]', /am.yml:2:1: there is no key recievers here/],
])('%j is refused', (text, message) => expect(said(text).join('\n')).toMatch(message));

test('a name of the nodes is a clash, an idle receiver a warning, a file on the node is elsewhere', () => {
  const verdict = check(
    'route: { receiver: prometheus-ha-x }\nreceivers:\n- name: prometheus-ha-x\n- name: idle\n  slack_configs:\n  - api_url_file: /etc/slack\n    http_config: { tls_config: { ca_file: ca.pem } }\n',
  );
  expect(verdict.form).toEqual([]);
  expect(verdict.clashes.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^am.yml:3:3: this receiver's name/),
  ]);
  expect(verdict.warnings).toEqual([expect.stringMatching(/^am.yml:4:3: no route leads to the receiver 'idle'/)]);
  expect(verdict.elsewhere.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^am.yml:6:5: receiver idle: this file is not on the nodes.*\n.*api_url_file: \/etc\/slack\n.*\n.*declare secrets: { .slack./,
    ),
    expect.stringMatching(/^am.yml:7:34: receiver idle: .*\n.*ca_file: ca\.pem/),
  ]);
});
