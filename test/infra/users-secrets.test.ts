import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { loadConfiguration, type Configuration } from '../../lib/infra/config/load';
import { findCheckers } from '../../lib/infra/config/programs/check';
import { ConfigFixture } from '../fixtures/config-fixture';
import { problemsOf } from '../fixtures/problems-of';

let fixture: ConfigFixture;
beforeEach(() => {
  fixture = new ConfigFixture();
});
afterEach(() => fixture.remove());

const load = (): Configuration => loadConfiguration(fixture.path('cluster.ts'), fixture.dir, null, findCheckers);
const messages = (): string[] => problemsOf(load);
const declare = (text: string): void =>
  void fixture.edit('cluster.ts', 'shards: 1,', `shards: 1, secrets: { ${text} },`);
function give(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(fixture.path(name)), { recursive: true });
    writeFileSync(fixture.path(name), content);
  }
}
const PACE = 'global: { scrape_interval: 1s, evaluation_interval: 1s }\n';
const job = (more: string): string =>
  `${PACE}scrape_configs:\n- job_name: a\n  static_configs: [{ targets: [a.example:1] }]\n${more}`;
const receiver = (more: string): string => `route: { receiver: a }\nreceivers:\n- name: a\n  ${more}\n`;

test('declared secrets are taken in both files, in every form, and the bundle has names and no values', () => {
  declare(
    "PASS: { secretsManager: 'p', kmsKey: 'arn:aws:kms:eu-west-1:111122223333:key/k' }, HOST_TOKEN: { parameter: '/t' }, 'slack': { secretsManager: 's', jsonKey: 'url' }",
  );
  give({
    'prometheus.yml': `${job('  basic_auth: { username: u, password: "${PASS}" }')}\nremote_write: [{ url: 'https://x.example/\${HOST_TOKEN}' }]\n`,
    'alertmanager.yml': receiver(
      'slack_configs: [{ channel: a, api_url_file: /run/secrets/slack }]\n  webhook_configs:\n  - url: ${HOST_TOKEN}\n  telegram_configs: [{ chat_id: 1, bot_token: "${HOST_TOKEN}" }]',
    ),
  });
  expect(messages()).toEqual([]);
  expect(load().bundle.secrets).toEqual({
    PASS: { secretsManager: 'p' },
    HOST_TOKEN: { parameter: '/t' },
    slack: { secretsManager: 's', jsonKey: 'url' },
  });
});

test('what nobody declared is refused, with its place and the declaration to write', () => {
  declare("PASS: { secretsManager: 'p' }");
  give({
    'prometheus.yml': job('  basic_auth: { username: u, password: "${PAS}" }'),
    'alertmanager.yml': receiver('webhook_configs: [{ url: "https://x/${PASS:-none}" }]'),
  });
  expect(messages()).toEqual([
    expect.stringMatching(/prometheus.yml:5:40: nobody says[^]*\$\{PAS\}[^]*secrets: \{ PAS: \{ secretsManager/),
    expect.stringMatching(/alertmanager.yml:4:28: nobody says[^]*\$\{PASS:-none\}[^]*write \$\{PASS\}: no default/),
  ]);
});

test('secrets in clear are refused in both files, and what is no secret is not', () => {
  give({
    'prometheus.yml': job('  basic_auth: { username: u, password: in-clear }'),
    'alertmanager.yml': receiver(
      [
        'slack_configs: [{ channel: a, api_url: "https://hooks.slack.com/services/T/B/in-clear" }]',
        'pagerduty_configs: [{ routing_key: in-clear }]',
        'webhook_configs: [{ url: "http://u:in-clear@x.example" }, { url: "https://x.example/?token=in-clear-123" }, { url: "http://x.example/alerts" }]',
      ].join('\n  '),
    ),
  });
  const found = messages();
  expect(found).toEqual([
    expect.stringMatching(/prometheus.yml:5:40: a secret stands in clear: password/),
    expect.stringMatching(/alertmanager.yml:4:42: a secret stands in clear: api_url/),
    expect.stringMatching(/alertmanager.yml:5:38: a secret stands in clear: routing_key/),
    expect.stringMatching(/alertmanager.yml:6:28: a secret stands in clear, in a URL/),
    expect.stringMatching(/alertmanager.yml:6:68: a secret stands in clear: url/),
  ]);
  expect(found.join()).not.toContain('in-clear');
  expect(found[0]).toMatch(/fix: .*secrets: \{ PASSWORD: \{ secretsManager.*write password: \$\{PASSWORD\}/);
});

test('a secret is refused where everybody would see it', () => {
  declare("PASS: { secretsManager: 'p' }");
  give({
    'prometheus.yml': job('').replace('targets: [a.example:1]', 'targets: [a.example:1], labels: { team: "${PASS}" }'),
    'alertmanager.yml': receiver('labels: {}')
      .replace('receiver: a }', 'receiver: a, routes: [{ matchers: [\'a="${PASS}"\'] }] }')
      .replace('  labels: {}\n', ''),
  });
  expect(messages()).toEqual([
    expect.stringMatching(/prometheus.yml:4:62: a secret would be seen .*: labels/),
    expect.stringMatching(/alertmanager.yml:1:\d+: a secret would be seen .*: route/),
  ]);
});

test('a secret that nothing names is told, at its line', () => {
  declare("IDLE: { parameter: '/x' }");
  const line = fixture.lineOf('cluster.ts', 'IDLE');
  expect(load().warnings).toContainEqual(expect.stringMatching(new RegExp(`${line}.*names the secret IDLE`)));
});

test('a secret of discovery, in a file that prometheus.yml names, is judged by its own line', () => {
  declare("PASS: { secretsManager: 'p' }");
  give({
    'prometheus.yml': `${PACE}scrape_config_files: [jobs/*.yml]\n`,
    'jobs/a.yml':
      'scrape_configs:\n- job_name: b\n  http_sd_configs: [{ url: "http://x/${PASS}", basic_auth: { username: u, password: "${OTHER}" } }]\n',
  });
  expect(messages()).toEqual([expect.stringMatching(/jobs\/a.yml:3:\d+: nobody says[^]*OTHER/)]);
});
