import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { importConfiguration } from '../../../lib/cli/commands/import';
import { loadableAnywhere } from '../../../lib/cli/import/cluster-file';
import { importSilences } from '../../../lib/cli/import/silences';
import { resolveTools } from '../../../local/tools';
import { FIXTURE_CONFIG } from '../../fixtures/config-dir';
import { eventually, freePort } from '../agent/agent-tools';

const PROMETHEUS = `global: { scrape_interval: 10m, evaluation_interval: 1s, external_labels: { replica: a, env: prod } }
rule_files: [rules/*.yml]
scrape_configs:
  - job_name: node
    basic_auth: { username: u, password: geheim }
    static_configs: [{ targets: ['127.0.0.1:1'] }]
  - job_name: found
    file_sd_configs: [{ files: [found/*.json] }]
remote_write: [{ url: 'http://u:geheim2@127.0.0.1:1/push' }]
`;
const RULES = `groups:
  - name: mine
    interval: 5s
    rules:
      - { record: 'a:b', expr: sum(up) }
      - { alert: Mine, expr: up == 0, for: 90s, labels: { severity: page }, annotations: { says: '{{ $value }}' } }
`;
const ALERTMANAGER = `route: { receiver: chat }
receivers: [{ name: chat, slack_configs: [{ api_url: 'https://hooks.slack.com/services/a/b/c', channel: '#x' }] }]
`;

const root = mkdtempSync(join(tmpdir(), 'promha-import-contract-'));
const running: ChildProcess[] = [];
const urls = { prometheus: '', old: '', cluster: '' };

async function alertmanager(command: string, name: string): Promise<string> {
  const port = await freePort();
  const dir = join(root, name);
  mkdirSync(dir);
  writeFileSync(join(dir, 'alertmanager.yml'), ALERTMANAGER);
  const args = ['--config.file=alertmanager.yml', '--storage.path=data', '--cluster.listen-address='];
  running.push(spawn(command, [...args, `--web.listen-address=127.0.0.1:${port}`], { cwd: dir, stdio: 'ignore' }));
  const url = `http://127.0.0.1:${port}`;
  await eventually(`Alertmanager ${name}`, async () => (await fetch(`${url}/-/ready`)).ok);
  return url;
}

beforeAll(async () => {
  const tools = await resolveTools(['prometheus', 'alertmanager']);
  const dir = join(root, 'prometheus');
  for (const one of ['rules', 'found']) mkdirSync(join(dir, one), { recursive: true });
  writeFileSync(join(dir, 'prometheus.yml'), PROMETHEUS);
  writeFileSync(join(dir, 'rules/a.yml'), RULES);
  writeFileSync(join(dir, 'found/x.json'), '[{ "targets": ["127.0.0.1:2"], "labels": { "team": "a" } }]');
  const port = await freePort();
  const args = ['--config.file=prometheus.yml', '--enable-feature=exemplar-storage,promql-at-modifier'];
  const listen = ['--query.lookback-delta=7m', `--web.listen-address=127.0.0.1:${port}`];
  running.push(spawn(tools.prometheus.path, [...args, ...listen], { cwd: dir, stdio: 'ignore' }));
  urls.prometheus = `http://127.0.0.1:${port}`;
  urls.old = await alertmanager(tools.alertmanager.path, 'old');
  urls.cluster = await alertmanager(tools.alertmanager.path, 'cluster');
  await eventually('Prometheus found its targets', async () => {
    const answer = await fetch(`${urls.prometheus}/api/v1/targets`);
    return (await answer.text()).includes('127.0.0.1:2');
  });
}, 120_000);
afterAll(() => {
  for (const one of running) one.kill('SIGKILL');
  rmSync(root, { recursive: true });
});

test('a running pair of programs becomes files that the check accepts', async () => {
  const to = join(root, 'config');
  mkdirSync(to);
  const cluster = join(FIXTURE_CONFIG, 'cluster.ts');
  const text = readFileSync(cluster, 'utf8').replace(/^ {2}remedies: \[\n[^]*?^ {2}\],\n/m, '');
  writeFileSync(join(to, 'cluster.ts'), loadableAnywhere(cluster, text));
  const options = { to, set: [], alertmanager: urls.old, localhost: 'old.example.com', apply: true };
  const { plan, applied } = await importConfiguration(urls.prometheus, options);
  expect({ left: plan.left, applied }).toEqual({ left: [], applied: true });
  const written = (name: string): string => readFileSync(join(to, name), 'utf8');
  expect(plan.secrets.map(({ name, value }) => [name, value])).toEqual([
    ['NODE_PASSWORD', 'not told'],
    ['CHAT_API_URL', 'not told'],
    [expect.stringMatching(/URL_PASSWORD$/), 'not told'],
  ]);
  expect(written('prometheus.yml')).toMatch(/# replica: a\n\s+|# replica: a$/m);
  expect(written('prometheus.yml')).toContain("password: '${NODE_PASSWORD}'");
  expect(written('alertmanager.yml')).toContain("'${CHAT_API_URL}'");
  expect(parse(written('rules/a.yml'))).toEqual({
    groups: [
      {
        name: 'mine',
        interval: '5s',
        rules: [
          { record: 'a:b', expr: 'sum(up)' },
          {
            alert: 'Mine',
            expr: 'up == 0',
            for: '90s',
            labels: { severity: 'page' },
            annotations: { says: '{{ $value }}' },
          },
        ],
      },
    ],
  });
  expect(JSON.parse(written('found/x.json'))).toEqual([{ targets: ['127.0.0.1:2'], labels: { team: 'a' } }]);
  expect(written('cluster.ts')).toContain("prometheusFeatures: ['exemplar-storage'],");
  expect(written('cluster.ts')).toContain("prometheusLimits: { queryLookbackDelta: '7m' },");
  expect(plan.told).toEqual(expect.arrayContaining([expect.stringContaining('promql-at-modifier')]));
});

test('silences are made once, however often they are imported', async () => {
  const day = 86_400_000;
  const silence = (name: string, from: number): object => ({
    matchers: [{ name: 'alertname', value: name, isRegex: false, isEqual: true }],
    startsAt: new Date(Date.now() + from).toISOString(),
    endsAt: new Date(Date.now() + from + day).toISOString(),
    createdBy: 'ann',
    comment: 'moving',
  });
  const make = async (body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${urls.old}/api/v2/silences`, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(answer.status).toBe(200);
  };
  await make(silence('Active', 0));
  await make(silence('Pending', day));
  const run = (apply: boolean) => importSilences(urls.old, urls.cluster, apply, Date.now());
  expect(await run(false)).toMatchObject({ made: 0, there: 0, make: { length: 2 } });
  expect(await run(true)).toMatchObject({ made: 2, there: 0 });
  expect(await run(true)).toMatchObject({ made: 0, there: 2 });
  const states = async (url: string): Promise<string[]> => {
    const all = (await (await fetch(`${url}/api/v2/silences`)).json()) as { status: { state: string } }[];
    return all.map(({ status }) => status.state).sort();
  };
  expect(await states(urls.cluster)).toEqual(['active', 'pending']);
});
