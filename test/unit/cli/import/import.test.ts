import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importConfiguration } from '../../../../lib/cli/commands/import';
import { loadableAnywhere, withSettings } from '../../../../lib/cli/import/cluster-file';
import { importAsJson, renderImport } from '../../../../lib/cli/import/render';
import { FIXTURE_CONFIG, ROOT } from '../../../fixtures/config-dir';

const PROMETHEUS = `# written by hand
global:
  scrape_interval: 15s # as ever
  external_labels:
    replica: a
alerting:
  alertmanagers:
    - static_configs: [{ targets: ['alerts.example.com:9093'] }]
rule_files: ['/etc/prometheus/alerts/*.yml', gone.yml]
scrape_configs:
  - job_name: node
    basic_auth: { username: u, password: geheim } # to be moved
    static_configs:
      - targets: ['localhost:9100']
  - job_name: files
    file_sd_configs: [{ files: [/etc/prometheus/found/*.json] }]
    tls_config: { ca_file: /etc/ssl/ca.pem }
`;
const ALERTMANAGER = `route: { receiver: chat }
receivers:
  - name: chat
    slack_configs:
      - api_url: https://hooks.slack.com/services/T0/B0/secret
templates: [/etc/alertmanager/*.tmpl]
`;

let root: string;
let to: string;
let from: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'promha-import-test-'));
  [from, to] = [join(root, 'old'), join(root, 'config')];
  for (const dir of [to, join(from, 'alerts'), join(from, 'found')]) mkdirSync(dir, { recursive: true });
  const cluster = readFileSync(join(FIXTURE_CONFIG, 'cluster.ts'), 'utf8');
  writeFileSync(join(to, 'cluster.ts'), loadableAnywhere(join(FIXTURE_CONFIG, 'cluster.ts'), cluster));
  cpSync(join(FIXTURE_CONFIG, 'rules'), join(to, 'rules'), { recursive: true });
  const files = {
    'prometheus.yml': PROMETHEUS,
    'alertmanager.yml': ALERTMANAGER,
    'chat.tmpl': '{{ define "x" }}y{{ end }}',
    'alerts/a.yml': 'groups: [{ name: mine, rules: [{ alert: Mine, expr: up == 0 }] }]\n',
    'found/x.json': '[{ "targets": ["x:1"] }]',
    'ca.pem': 'a certificate',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(from, name), text);
});
afterEach(() => rmSync(root, { recursive: true }));

const run = (options: Partial<Parameters<typeof importConfiguration>[1]> = {}, source = from) =>
  importConfiguration(source, { to, set: [], localhost: 'old.example.com', ...options });

test('a dry run writes nothing and says what it would', async () => {
  const report = await run();
  expect(report.plan.left).toEqual([]);
  expect(existsSync(join(to, 'prometheus.yml'))).toBe(false);
  const text = renderImport(report);
  expect(text).toContain(`${from}/prometheus.yml:12: password is \${NODE_PASSWORD}: a secret stood in clear`);
  expect(text).toContain(`${from}/prometheus.yml:5: the external label replica no longer counts`);
  expect(text).toContain(`${from}/alertmanager.yml:5: api_url is \${CHAT_API_URL}`);
  expect(text).toContain('gone.yml no longer counts');
  expect(text).toContain("localhost: 'old.example.com',");
  expect(text).toMatch(/Nothing was written: --apply writes it\. The check accepts it\.\n$/);
  expect(text).not.toMatch(/geheim|B0\/secret|promha-import-(?!test)/);
  expect(JSON.stringify(importAsJson(report))).not.toMatch(/geheim|B0\/secret/);
});

test('--apply writes what the check then accepts, and nothing of the files but what was told', async () => {
  expect((await run({ apply: true })).applied).toBe(true);
  const written = (name: string): string => readFileSync(join(to, name), 'utf8');
  expect(written('prometheus.yml')).toBe(
    PROMETHEUS.replace('replica: a', '# replica: a')
      .replace(', gone.yml', '')
      .replace('password: geheim', "password: '${NODE_PASSWORD}'"),
  );
  expect(written('alertmanager.yml')).toBe(ALERTMANAGER.replace(/https.*secret/, "'${CHAT_API_URL}'"));
  for (const name of ['alerts/a.yml', 'found/x.json', 'ca.pem', 'templates/chat.tmpl'])
    expect(existsSync(join(to, name)) ? name : `no ${name}`).toBe(name);
  expect(written('cluster.ts')).toContain("NODE_PASSWORD: { secretsManager: '");
  // What is written is imported into itself: nothing is left to do.
  const again = await run({}, to);
  expect({ changes: again.plan.changes, left: again.plan.left }).toEqual({ changes: [], left: [] });
  expect(again.plan.cluster).toBe(written('cluster.ts'));
});

test('a file that differs is overwritten only if that is asked for', async () => {
  writeFileSync(join(to, 'prometheus.yml'), 'scrape_configs: []\n');
  const before = readFileSync(join(to, 'cluster.ts'), 'utf8');
  const refused = await run({ apply: true });
  expect(refused).toMatchObject({ applied: false, inTheWay: [join(to, 'prometheus.yml')] });
  expect(readFileSync(join(to, 'prometheus.yml'), 'utf8')).toBe('scrape_configs: []\n');
  expect(readFileSync(join(to, 'cluster.ts'), 'utf8')).toBe(before);
  expect(renderImport(refused)).toContain('Nothing was written. --force overwrites them');
  expect((await run({ apply: true, force: true })).applied).toBe(true);
});

test('what nobody can know is left, with the option that tells it', async () => {
  writeFileSync(
    join(from, 'prometheus.yml'),
    'scrape_configs: [{ job_name: a, static_configs: [{ targets: ["${HOST}:1"] }] }]\n',
  );
  const { plan } = await run();
  expect(plan.left.map(({ problem }) => problem.fix)).toEqual([expect.stringContaining('--set NAME=VALUE')]);
  expect(plan.left[0]!.problem.where).toMatch(/config\/prometheus\.yml:1:/);
  const told = await run({ set: ['HOST=web.example.com'] });
  expect(told.plan.left).toEqual([]);
  expect(told.plan.files['prometheus.yml']).toContain('"web.example.com:1"');
});

test('a wrong call says how it is meant', async () => {
  await expect(run({}, join(root, 'nowhere'))).rejects.toThrow('there is no prometheus.yml');
  await expect(run({ alertmanager: join(root, 'nowhere') })).rejects.toThrow('there is no alertmanager.yml');
  await expect(run({ set: ['HOST'] })).rejects.toThrow('NAME=VALUE');
});

describe('settings of cluster.ts', () => {
  const add = (text: string, secrets: Record<string, string> = {}): string | null =>
    withSettings('c.ts', text, { localhost: 'h', secrets });

  test('are added behind the last one, and never change one that is there', () => {
    expect(add('export default defineCluster({\n  a: 1 // one\n});\n')).toBe(
      "export default defineCluster({\n  a: 1, // one\n  localhost: 'h',\n});\n",
    );
    expect(add("export default defineCluster({\n  localhost: 'other',\n});\n")).toBe(
      "export default defineCluster({\n  localhost: 'other',\n});\n",
    );
    expect(
      add("export default defineCluster({\n  secrets: { A: { parameter: '/a' } },\n});\n", { A: 'x/A', B: 'x/B' }),
    ).toBe(
      "export default defineCluster({\n  secrets: { A: { parameter: '/a' },\n  B: { secretsManager: 'x/B' }, },\n  localhost: 'h',\n});\n",
    );
  });

  test('are for whoever wrote it where they come from elsewhere', () => {
    expect(add('export default defineCluster(made());\n')).toBeNull();
    expect(add('export default defineCluster({ secrets: all });\n', { A: 'x/A' })).toBeNull();
  });

  test('load from anywhere', () => {
    const text = "import { a } from './a';\nimport b from 'b';\nimport { c } from \"../c\";\n";
    expect(loadableAnywhere(join(ROOT, 'config/cluster.ts'), text)).toBe(
      `import { a } from '${ROOT}/config/a';\nimport b from 'b';\nimport { c } from "${ROOT}/c";\n`,
    );
  });
});
