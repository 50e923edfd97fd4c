import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parse } from 'yaml';
import { loadConfiguration, type Configuration } from '../../lib/infra/config/load';
import { ConfigFixture } from '../fixtures/config-fixture';
import { problemsOf } from '../fixtures/problems-of';

let fixture: ConfigFixture;
beforeEach(() => {
  fixture = new ConfigFixture();
});
afterEach(() => fixture.remove());

function give(text: string, files: Readonly<Record<string, string>> = {}): void {
  for (const [name, content] of Object.entries({ ...files, 'prometheus.yml': text })) {
    mkdirSync(dirname(fixture.path(name)), { recursive: true });
    writeFileSync(fixture.path(name), content);
  }
}
const load = (): Configuration => loadConfiguration(fixture.path('cluster.ts'), fixture.dir);

const messages = (): string[] => problemsOf(load);

const inFile = (warnings: readonly string[]): string[] => warnings.filter((one) => one.includes('prometheus.yml'));
const PACE = 'global: { scrape_interval: 1s, evaluation_interval: 1s }\n';
interface Parsed {
  readonly scrape_configs: readonly Record<string, unknown>[];
  readonly rule_files?: readonly string[];
  readonly [key: string]: unknown;
}
const bundled = (): Parsed => parse(load().bundle.prometheus!) as Parsed;

test('without config/prometheus.yml the bundle has nothing of one', () => {
  expect(Object.keys(load().bundle)).not.toEqual(expect.arrayContaining(['prometheus']));
  expect(load().bundle).not.toHaveProperty('files');
});

test('a file may be the only thing there: rules and targets are not asked for', () => {
  rmSync(fixture.path('targets'), { recursive: true });
  rmSync(fixture.path('rules'), { recursive: true });
  give(`${PACE}scrape_configs: [{ job_name: a, static_configs: [{ targets: [a.example:1] }] }]`);
  fixture.edit('cluster.ts', "when: { alert: 'RedisDown' }", "when: { target: 'a.example:1' }");
  expect(messages()).toEqual([]);
});

test('a remedy may be about a target that only discovery finds', () => {
  fixture.edit('cluster.ts', "when: { alert: 'RedisDown' }", "when: { target: 'found.example:1' }");
  give(`${PACE}scrape_configs: [{ job_name: a, static_configs: [{ targets: [a.example:1] }] }]`);
  expect(messages()).toEqual([expect.stringMatching(/this target is not scraped/)]);
  give(`${PACE}scrape_configs: [{ job_name: a, dns_sd_configs: [{ names: [a.example] }] }]`);
  expect(messages()).toEqual([]);
});

test.each([
  ["static_configs: [{ targets: ['a:1'], labels: { instance: web-1 } }]"],
  ["static_configs: [{ targets: ['a:1'] }], relabel_configs: [{ target_label: instance, replacement: web-1 }]"],
])('a remedy may be about the instance that alerts name: %s', (job) => {
  fixture.edit('cluster.ts', "when: { alert: 'RedisDown' }", "when: { target: 'web-1' }");
  give(`${PACE}scrape_configs: [{ job_name: a, ${job} }]`);
  expect(messages()).toEqual([]);
});

test('an empty file is one', () => {
  give('');
  expect(load().bundle.prometheus).toBeDefined();
});

const SECRET = 'kjh3-not-shown';
test.each([
  [
    'a password',
    `basic_auth: { username: u, password: ${SECRET} }`,
    /secret stands in clear: password[^]*declare secrets: \{ PASSWORD:/,
  ],
  [
    'a bearer token',
    `authorization: { credentials: ${SECRET} }`,
    /in clear: credentials[^]*declare secrets: \{ CREDENTIALS:/,
  ],
  ['a private key', `tls_config: { key: ${SECRET} }`, /in clear: key[^]*declare secrets: \{ KEY:/],
  [
    "a discovery's key",
    `ec2_sd_configs: [{ access_key: a, secret_key: ${SECRET} }]`,
    /secret_key[^]*role of the machine/,
  ],
  ['one in a URL', `proxy_url: http://u:${SECRET}@proxy.example`, /in clear, in a URL[^]*basic_auth/],
  ['a secret header', `http_headers: { X-Token: { secrets: [${SECRET}] } }`, /in clear: secrets/],
  ['one behind an anchor', `basic_auth: &x { username: u, password: ${SECRET} }`, /in clear: password/],
  ['a placeholder', 'basic_auth: { username: "${USER}" }', /nobody says what this stands for[^]*\$\{USER\}/],
])('%s is refused with its line, and not repeated', (_, line, message) => {
  give(`${PACE}scrape_configs:\n  - job_name: a\n    ${line}\n`);
  const [found, ...others] = messages();
  expect(others).toEqual([]);
  expect(found).toMatch(message);
  expect(found).toContain(`${fixture.path('prometheus.yml')}:4:`);
  expect(found).not.toContain(SECRET);
});

test('what only looks like one passes', () => {
  give(`${PACE}scrape_configs:
  - job_name: a
    params: { token: [x] }
    static_configs: [{ targets: [a.example:1], labels: { password: none, key: x } }]
    relabel_configs: [{ source_labels: [__address__], regex: '(.*):.*', replacement: '\${1}:9100', target_label: __address__ }]
    metric_relabel_configs: [{ regex: '(?P<host>.+)', replacement: '\${host}', target_label: password }]
`);
  expect(messages()).toEqual([]);
});

test('external labels: those of the cluster win, and are told', () => {
  give(`${PACE.replace(' }', ', external_labels: { cluster: old, replica: a, shard: b, monitor: m } }')}`);
  expect(inFile(load().warnings)).toEqual([
    expect.stringMatching(/:1:\d+: the external label cluster is '.*', .* not 'old'/),
    expect.stringMatching(/:1:\d+: the external label replica is .* not 'a'/),
    expect.stringMatching(/:1:\d+: the external label shard is .* not 'b'/),
  ]);
  give(`${PACE.replace(' }', ', external_labels: { env: $ENV } }')}`);
  expect(messages()).toEqual([expect.stringMatching(/nobody says what this stands for/)]);
});

test('who wins is told with its line: intervals, retention, logs, Alertmanagers, remote_write', () => {
  give(`global:
  scrape_interval: 15s
  query_log_file: /var/log/q
storage: { tsdb: { retention: { time: 1d } } }
alerting:
  alertmanagers:
    - static_configs: [{ targets: ['alertmanager:9093'] }]
remote_write: [{ url: http://mimir.example/push }]
`);
  const { warnings, bundle } = load();
  const file = fixture.path('prometheus.yml');
  expect(inFile(warnings).map((one) => one.replace(file, '').slice(0, 40))).toEqual([
    ':2:3: scrape_interval 15s is for its job',
    ': no global evaluation_interval, which i',
    ":7:7: alerts go to the cluster's Alertma",
    ':4:20: retention 15d of cluster.ts count',
    ':3:3: query_log_file is left out: nodes ',
    ':8:1: every node sends, with the labels ',
  ]);
  expect(bundle.prometheus).not.toMatch(/query_log|retention|alertmanager:9093/);
});

test('a foreign Alertmanager is refused until cluster.ts says that it is replaced', () => {
  give(`${PACE}alerting: { alertmanagers: [{ static_configs: [{ targets: [am.corp.example:9093] }] }] }`);
  expect(messages()).toEqual([
    expect.stringMatching(/no longer reach[^]*am\.corp\.example[^]*foreignAlertmanagers: 'replaced'/),
  ]);
  fixture.edit('cluster.ts', "scrapeInterval: '1s',", "scrapeInterval: '1s', foreignAlertmanagers: 'replaced',");
  jest.resetModules();
  expect(messages()).toEqual([]);
});

test('Prometheus and Alertmanager themselves become those of the nodes', () => {
  give(`${PACE}scrape_configs:
  - { job_name: prometheus, static_configs: [{ targets: [localhost:9090] }] }
  - { job_name: self, scheme: https, static_configs: [{ targets: ['prometheus-server:9090'], labels: { team: a$b } }] }
  - { job_name: mixed, static_configs: [{ targets: [localhost:9093, other.example:1] }] }
  - job_name: probes
    metrics_path: /probe
    static_configs: [{ targets: ['localhost:9090'] }]
    relabel_configs: [{ target_label: __address__, replacement: blackbox.example:9115 }]
`);
  const nodes = (job: string): object => ({ files: [`prometheus-ha-nodes/${job}.json`] });
  expect(bundled().scrape_configs).toEqual([
    {
      job_name: 'self',
      file_sd_configs: [nodes('prometheus')],
      relabel_configs: [{ target_label: 'team', replacement: 'a$$b' }],
    },
    {
      job_name: 'mixed',
      static_configs: [{ targets: ['other.example:1'] }],
      file_sd_configs: [nodes('alertmanager')],
    },
    expect.objectContaining({ job_name: 'probes', static_configs: [{ targets: ['localhost:9090'] }] }),
  ]);
});

test('localhost is told, and mapped where cluster.ts says to what', () => {
  give(`${PACE}scrape_configs:
  - job_name: a
    static_configs: [{ targets: ['localhost:9100', 'http://127.0.0.1:80/x'], labels: { at: localhost } }]
    http_sd_configs: [{ url: 'http://host.docker.internal/sd' }]
`);
  expect(inFile(load().warnings)).toEqual([
    expect.stringMatching(/own localhost.*localhost:9100 \(line 4\), http.* \(line 5\)/),
  ]);
  fixture.edit('cluster.ts', "scrapeInterval: '1s',", "scrapeInterval: '1s', localhost: 'old.example',");
  jest.resetModules();
  expect(inFile(load().warnings)).toEqual([]);
  expect(bundled().scrape_configs[0]).toEqual({
    job_name: 'a',
    static_configs: [{ targets: ['old.example:9100', 'http://old.example:80/x'], labels: { at: 'localhost' } }],
    http_sd_configs: [{ url: 'http://old.example/sd' }],
  });
});

test('files that it names come along under the same path: rules, targets, certificates', () => {
  const rule = 'groups: [{ name: g, rules: [{ record: a:b, expr: up }] }]\n';
  give(
    `${PACE}rule_files: [/etc/prometheus/rules/*.yml, '/etc/prometheus/rules/*/*.yml', more.rules, 'none*.yml']
scrape_configs:
  - job_name: a
    tls_config: { ca_file: /etc/ssl/ca.pem }
    file_sd_configs: [{ files: ['/etc/prometheus/targets/*.json', 'gone.json'] }]
`,
    {
      'rules/team/a.yml': rule,
      'more.rules': rule.replace('g,', 'h,').replace('a:b', 'c:d'),
      'targets/x.json': '[]',
      'ssl/ca.pem': 'PEM',
    },
  );
  const { bundle, warnings } = load();
  expect(Object.keys(bundle.files!).sort()).toEqual(['more.rules', 'rules/team/a.yml', 'ssl/ca.pem', 'targets/x.json']);
  expect(Object.keys(bundle.rules)).not.toContain('team/a.yml');
  const { rule_files: rules, scrape_configs: jobs } = parse(bundle.prometheus!) as Parsed;
  expect(rules).toEqual(['rules/team/a.yml', 'more.rules']);
  expect(jobs).toMatchObject([
    { tls_config: { ca_file: 'ssl/ca.pem' }, file_sd_configs: [{ files: ['targets/x.json', 'gone.json'] }] },
  ]);
  expect(inFile(warnings)).toEqual([
    expect.stringMatching(/none\*\.yml/),
    expect.stringMatching(/gone\.json: no targets/),
  ]);
});

test('rules in files that it names are checked like all others', () => {
  give(`${PACE}rule_files: [sub/*.yml]`, {
    'sub/a.yml': 'groups:\n  - name: g\n    rules: [{ record: a:b, expr: up == }]\n',
  });
  expect(messages()).toEqual([expect.stringMatching(/sub\/a\.yml:3:\d+: .*this is not PromQL/)]);
});

test('a file that it names and that is not there is refused', () => {
  give(`${PACE}rule_files: [/etc/prometheus/alerts.yml]`);
  expect(messages()).toEqual([expect.stringMatching(/:2:\d+: a file with rules is missing[^]*config\/alerts\.yml/)]);
});

test('a secret in a file of config/ is refused, one elsewhere is told', () => {
  const text = `${PACE}scrape_configs: [{ job_name: a, authorization: { credentials_file: /etc/secret/token } }]`;
  give(text);
  expect(inFile(load().warnings)).toEqual([
    expect.stringMatching(/credentials_file \/etc\/secret\/token: not in config/),
  ]);
  give(text, { 'secret/token': 'x' });
  expect(messages()).toEqual([expect.stringMatching(/a file with a secret lies in config/)]);
});

test('jobs of other files stand with the others', () => {
  give(`${PACE}scrape_config_files: [jobs/*.yml]`, {
    'jobs/a.yml': 'scrape_configs: [{ job_name: far, file_sd_configs: [{ files: [t.json] }] }]',
    'jobs/t.json': '[]',
  });
  expect(bundled().scrape_configs).toEqual([{ job_name: 'far', file_sd_configs: [{ files: ['jobs/t.json'] }] }]);
});

test.each([
  ['twice in the file', 'scrape_configs: [{ job_name: a }, { job_name: a }]', /two jobs have the same name/],
  ['in config/targets as well', 'scrape_configs: [{ job_name: redis }]', /two jobs have the same name[^]*redis\.yml/],
  ['none', 'scrape_configs: [{ metrics_path: /x }]', /a job has no name/],
  ["one of the local run's", 'scrape_configs: [{ job_name: prometheus-ha-x }]', /reserved/],
])('names of jobs: %s', (_, text, message) => {
  give(PACE + text);
  expect(messages()).toEqual([expect.stringMatching(message)]);
});

test.each([
  ['no YAML', 'scrape_configs: [', /:\d+:\d+: this is not YAML/],
  ['a list', '- a', /:1:1: this is no configuration of Prometheus/],
  ['a map for a list', 'scrape_configs: { a: 1 }', /scrape_configs is not usable/],
])('%s is refused with its place', (_, text, message) => {
  give(text);
  expect(messages()).toEqual([expect.stringMatching(message)]);
});
