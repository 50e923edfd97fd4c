import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfiguration } from '../../../lib/infra/config/load';
import { checkByPrograms, objectionsOf, type Checkers } from '../../../lib/infra/config/programs/check';
import { findChecker } from '../../../lib/infra/config/programs/find';
import { resolveTools } from '../../../local/tools';
import { ConfigFixture } from '../../fixtures/config-fixture';

let fixture: ConfigFixture;
beforeEach(() => (fixture = new ConfigFixture()));
afterEach(() => fixture.remove());

let checkers: Checkers;
beforeAll(async () => {
  const { promtool, amtool } = await resolveTools(['promtool', 'amtool']);
  checkers = { promtool, amtool };
}, 600_000);

const judged = (): string[] =>
  objectionsOf(loadConfiguration(fixture.path('cluster.ts'), fixture.dir), fixture.dir, checkers).map(
    ({ message }) => message,
  );

test('they have nothing against the configuration as delivered', () => {
  expect(judged()).toEqual([]);
});

test('what only promtool finds is named with file and line', () => {
  const rule = '  - { alert: Mine, expr: up == 0, annotations: { summary: "{{ $lables.a }}" } }';
  fixture.write('rules/mine.yml', `groups:\n- name: mine\n  rules:\n${rule}\n`);
  const found = judged();
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(fixture.lineOf('rules/mine.yml', '$lables.a'));
  expect(found[0]).toMatch(/promtool does not accept mine.yml\n {2}got: .*undefined variable "\$lables".*fix:/s);
});

test.each([
  [
    'a key that is none',
    'route: { receiver: a, group_wiat: 3s }\nreceivers: [{ name: a }]\n',
    /:1: .*group_wiat not found/s,
  ],
  [
    'a URL without scheme',
    'route: { receiver: a }\nreceivers: [{ name: a, webhook_configs: [{ url: example.com/x, send_resolved: "yes" }] }]\n',
    /unsupported scheme/,
  ],
])('what only amtool finds is named: %s', (_, text, says) => {
  fixture.write('alertmanager.yml', text);
  const found = judged();
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(says);
  expect(found[0]).toMatch(/alertmanager\.yml.*amtool does not accept alertmanager\.yml/);
});

describe("the user's own prometheus.yml", () => {
  const SD = 'scrape_configs:\n  - job_name: aws\n    ec2_sd_configs: [{ region: eu-west-1 }]\n';

  test.each([
    ['a key that is none', `${SD}    smaple_limit: 5\n`, 'smaple_limit', /field smaple_limit not found/],
    ['a value that is none', `${SD}    scrape_interval: 5x\n`, '5x', /unknown unit "x"/],
    [
      'a URL for a target',
      `${SD}    static_configs: [{ targets: ["http://a"] }]\n`,
      'http://a',
      /not a valid hostname/,
    ],
  ])('%s is named with its line', (_, text, line, says) => {
    fixture.write('prometheus.yml', text);
    const found = judged();
    expect(found).toHaveLength(2);
    expect(found[0]).toContain(fixture.lineOf('prometheus.yml', line).slice(0, -1));
    expect(found[0]).toMatch(says);
  });

  test('with discovery, files that only nodes have, and rules in other places it is accepted', () => {
    const files = 'rule_files: [more.rules]\n';
    fixture.write('more.rules', 'groups: [{ name: m, rules: [{ record: a:b, expr: up }] }]\n');
    fixture.write('prometheus.yml', `${files}${SD}    authorization: { credentials_file: /on/nodes }\n`);
    expect(judged()).toEqual([]);
    fixture.write(
      'more.rules',
      'groups: [{ name: m, rules: [{ alert: A, expr: up, annotations: { a: "{{ $x }}" } }] }]\n',
    );
    expect(judged()).toEqual([expect.stringMatching(/more\.rules:1:.*promtool does not accept more\.rules/)]);
  });
});

/** A promtool of that version that refuses everything. */
function fake(dir: string, version: string): string {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'promtool');
  const script = `#!/bin/sh\n[ "$1" = --version ] && echo "promtool, version ${version}" && exit 0\necho "FAILED: no"; exit 1\n`;
  writeFileSync(file, script, { mode: 0o755 });
  return file;
}

test('the deployed version of the cache comes first, then PATH, then another of the cache; else there is none', () => {
  const tools = join(fixture.dir, 'prometheus-ha', 'tools');
  const env = { XDG_CACHE_HOME: fixture.dir, PATH: join(fixture.dir, 'path') };
  const cached = (version: string): void => {
    const dir = join(tools, `prometheus-${version}`);
    fake(dir, version);
    const programs = { promtool: { path: 'promtool', env: { A: 'b' } } };
    writeFileSync(join(dir, 'entry.json'), JSON.stringify({ source: 'go', programs }));
  };
  expect(findChecker('promtool', '3.15.0', env)).toBeNull();
  cached('3.13.2');
  expect(findChecker('promtool', '3.15.0', env)).toMatchObject({ version: '3.13.2', env: { A: 'b' } });
  const path = fake(env.PATH, '2.42.0');
  expect(findChecker('promtool', '3.15.0', env)).toEqual({ path, env: {}, version: '2.42.0' });
  cached('3.15.0');
  expect(findChecker('promtool', '3.15.0', env)).toMatchObject({ version: '3.15.0' });
});

test('what another version than the deployed one refuses is a warning', () => {
  const configuration = loadConfiguration(fixture.path('cluster.ts'), fixture.dir);
  const { version } = configuration.cluster.artifacts.prometheus;
  const verdict = (of: string): ReturnType<typeof checkByPrograms> => {
    process.env.PROMHA_TOOL_PROMTOOL = fake(join(fixture.dir, of), of);
    try {
      return checkByPrograms(configuration, fixture.dir);
    } finally {
      delete process.env.PROMHA_TOOL_PROMTOOL;
    }
  };
  expect(verdict('1.0.0')).toEqual({ problems: [], warnings: [expect.stringMatching(/promtool 1\.0\.0 accepts/)] });
  expect(verdict(version)).toMatchObject({ problems: [{ problem: { got: 'no' } }], warnings: [] });
});
