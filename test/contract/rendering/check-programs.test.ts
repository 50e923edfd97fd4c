import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from '../../../lib/infra/config/inspect';
import { loadConfiguration } from '../../../lib/infra/config/load';
import type { CheckersAsked, Checkers } from '../../../lib/infra/config/programs/check';
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

/** As if what is here were deployed. */
const asked = (some: Partial<Checkers> = {}): CheckersAsked => ({
  checkers: { ...checkers, ...some },
  deployed: { promtool: checkers.promtool!.version, amtool: checkers.amtool!.version },
});
const judged = (): string[] =>
  inspect(fixture.path('cluster.ts'), fixture.dir, () => asked()).problems.map(({ message }) => message);

const rule = (lines: string): string => `groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n    ${lines}\n`;
const expression = (expr: string): string => `groups:\n- name: g\n  rules:\n  - record: a:b\n    expr: ${expr}\n`;

test('they have nothing against the configuration as delivered', () => expect(judged()).toEqual([]));

describe('what only promtool finds is refused with file, line, column, rule and mend', () => {
  test.each([
    [
      rule('annotations: { summary: "{{ $label.x }}" }'),
      ':6:20: alert A: ',
      'undefined variable "$label"',
      '$labels, $value',
    ],
    [
      rule('annotations: { summary: "{{ humanise $value }}" }'),
      ':6:20: alert A: ',
      'function "humanise" not defined',
      'correct the name humanise',
    ],
    [rule('annotations: { summary: "{{ $value" }'), ':6:20: alert A: ', 'unclosed action', 'close what was opened'],
    [rule('labels: { team: "{{ .x.y | nope }}" }'), ':6:15: alert A: ', 'function "nope"', 'correct the name'],
    [expression('foo or 0'), ':5:11: recording rule a:b: ', 'set operator "or"', 'vector(0)'],
    [expression('topk(foo)'), ':5:11: recording rule a:b: ', 'wrong number of arguments', 'give it 2 in place of 1'],
    [expression('rate(sum(x)[5m])'), ':5:22: recording rule a:b: ', 'ranges only allowed', 'subquery'],
    [expression(`'{job=~".*"}'`), ':5:12: recording rule a:b: ', 'at least one non-empty matcher', 'name the metric'],
    [
      expression('a and on(a) group_left b'),
      ':5:11: recording rule a:b: ',
      'no grouping allowed',
      'remove it: and joins no labels',
    ],
    [
      expression('|\n      up\n      > bool (1 > 2)'),
      ':7:17: recording rule a:b: ',
      'must use BOOL',
      'write `1 > bool 2`',
    ],
    [expression('info(a)'), ':5:11: recording rule a:b: ', 'is not enabled', 'that flag'],
  ])('%j', (text, where, got, mend) => {
    fixture.write('rules/mine.yml', text);
    const found = judged();
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${fixture.path('rules/mine.yml')}${where}promtool`);
    expect(found[0]).toContain(got);
    expect(found[0]).toContain(mend);
  });
});

test('what promtool takes is taken, whatever our own parser says', () => {
  fixture.write('rules/mine.yml', expression('a word too many'));
  expect(inspect(fixture.path('cluster.ts'), fixture.dir, null).problems).toHaveLength(1);
  const path = join(fixture.dir, 'promtool');
  writeFileSync(path, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const { version } = checkers.promtool!;
  const promtool = { path, env: {}, version };
  expect(inspect(fixture.path('cluster.ts'), fixture.dir, () => asked({ promtool })).problems).toEqual([]);
});

test('ours and theirs are said once, and all of them', () => {
  fixture.write('rules/mine.yml', `${expression('up =')}  - { alert: B, expr: 1 > 2 }\n`);
  expect(judged()).toEqual([
    expect.stringMatching(/:5:14: recording rule a:b: this is not PromQL/),
    expect.stringMatching(/:6:25: alert B: promtool/),
  ]);
});

describe('what amtool refuses is refused with its place, its receiver and the mend', () => {
  const config = (route: string, receiver: string, more = ''): string =>
    `route:\n  receiver: a\n${route}receivers:\n  - name: a\n${receiver}${more}`;
  test.each([
    [config("  routes:\n    - matchers: ['severity page']\n", ''), ':4:7: ', 'severity page', 'label, operator, value'],
    [config('  group_by: alertname\n', ''), ':3:13: ', 'into []string', 'write it as a list'],
    [config('  group_wait: 30\n', ''), ':3:3: ', 'not a valid duration', 'add the unit'],
    [config('  routes:\n    - reciever: a\n', ''), ':4:7: ', 'reciever not found', 'did you mean receiver?'],
    [config('', '    webhook_configs:\n      - send_resolved: true\n'), ':6:9: receiver a: ', 'url', 'add it'],
    [
      config('', '    webhook_configs:\n      - url: example.com/x\n'),
      ':6:9: receiver a: ',
      'unsupported scheme',
      'write it in full',
    ],
    [
      config('  routes:\n    - mute_time_intervals: [night]\n', ''),
      ':4:7: ',
      'undefined time interval "night"',
      'add the interval',
    ],
    [config("  matchers: ['a=b']\n", ''), ':3:3: ', 'must not have any matchers', 'under routes'],
    [
      config('', '', "time_intervals:\n  - name: n\n    time_intervals: [{ weekdays: ['monnday'] }]\n"),
      ':7:5: time interval n: ',
      'monnday',
      'correct',
    ],
    [config('', '    slack_configs: [{ channel: c }]\n'), ':5:21: receiver a: ', 'no Slack API URL', 'under global'],
    [
      config('', '    email_configs: [{ to: x@y }]\n    pagerduty_configs: [{}]\n'),
      ':5:21: receiver a: ',
      'no global SMTP',
      'under global',
    ],
    [config('', '', 'inhibit_rules:\n  - target_matchers: [a]\n'), ':6:5: ', 'matcher', 'label, operator, value'],
    [
      config('', '', 'event_recorder: { file_outputs: [{ paht: x }] }\n'),
      ':5:36: ',
      'paht not found',
      'correct the name paht',
    ],
  ])('%j', (text, where, got, mend) => {
    fixture.write('alertmanager.yml', text);
    const found = judged();
    expect(found[0]).toContain(`${fixture.path('alertmanager.yml')}${where}amtool`);
    expect(found[0]).toContain(got);
    expect(found[0]).toContain(mend);
  });

  test('each wrong receiver, not only the first', () => {
    fixture.write(
      'alertmanager.yml',
      config('', '    webhook_configs: [{ url: x }]\n  - name: b\n    webhook_configs: [{ url: y }]\n'),
    );
    expect(judged().map((message) => message.split('\n')[0])).toEqual([
      expect.stringMatching(/:5:23: receiver a: amtool/),
      expect.stringMatching(/:7:23: receiver b: amtool/),
    ]);
  });

  test('a template that is none, with its line', () => {
    mkdirSync(fixture.path('templates'));
    fixture.write('templates/my.tmpl', '{{ define "x" }}\n{{ nope }}\n{{ end }}\n');
    fixture.write('alertmanager.yml', config('', '', "templates: ['/etc/alertmanager/*.tmpl']\n"));
    expect(judged()).toEqual([expect.stringMatching(/templates\/my.tmpl:2: amtool.*\n.*function "nope" not defined/)]);
  });
});

describe('config/tests', () => {
  const test_ = (value: number): string =>
    `rule_files: [../rules/mine.yml]\ntests:\n- input_series: [{ series: up, values: 0+0x9 }]\n  promql_expr_test: [{ expr: 'a:b', eval_time: 1m, exp_samples: [{ labels: 'a:b', value: ${value} }] }]\n`;
  beforeEach(() => {
    mkdirSync(fixture.path('tests'));
    fixture.write('rules/mine.yml', expression('up + 1'));
  });

  test('one that passes is silent, one that does not is refused with what promtool shows', () => {
    fixture.write('tests/good.yml', test_(1)).write('tests/bad.yml', test_(2));
    const [first, ...more] = judged();
    expect(more).toEqual([]);
    expect(first).toMatch(/tests\/bad.yml: promtool \S+: this test of rules does not pass\n.*a:b.*exp.*2.*got.*1/s);
  });

  test('without promtool nobody runs them, and that is said', () => {
    fixture.write('tests/bad.yml', test_(2));
    const { problems, unchecked } = inspect(fixture.path('cluster.ts'), fixture.dir, () => asked({ promtool: null }));
    expect({ problems, unchecked }).toEqual({
      problems: [],
      unchecked: [expect.stringMatching(/1 files of tests \(no promtool\)/)],
    });
  });
});

test('with and without programs the nodes get the same', () => {
  mkdirSync(fixture.path('templates'));
  fixture.write('templates/my.tmpl', '{{ define "x" }}y{{ end }}\n');
  const load = (ask: () => CheckersAsked): unknown => {
    const { bundle, cluster } = loadConfiguration(fixture.path('cluster.ts'), fixture.dir, null, ask);
    return { bundle, cluster };
  };
  const none = { promtool: null, amtool: null };
  expect(load(() => asked(none))).toEqual(load(() => asked()));
  expect(inspect(fixture.path('cluster.ts'), fixture.dir, () => asked(none)).unchecked).toHaveLength(2);
  expect(inspect(fixture.path('cluster.ts'), fixture.dir, () => asked()).unchecked).toEqual([]);
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
    expect(found).toHaveLength(1);
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
    expect(judged()).toEqual([expect.stringMatching(/more\.rules:1:.*alert A: promtool \S+ does not accept this/)]);
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
  const verdict = (of: string): ReturnType<typeof inspect> => {
    const promtool = { path: fake(join(fixture.dir, of), of), env: {}, version: of };
    return inspect(fixture.path('cluster.ts'), fixture.dir, () => ({
      checkers: { promtool, amtool: null },
      deployed: { promtool: '3.15.0', amtool: '' },
    }));
  };
  expect(verdict('1.0.0')).toMatchObject({ problems: [] });
  expect(verdict('1.0.0').warnings).toContainEqual(
    expect.stringMatching(/promtool 1\.0\.0 does not accept this\n.*no\n/),
  );
  expect(verdict('3.15.0').problems).toContainEqual(
    expect.objectContaining({ problem: expect.objectContaining({ got: 'no' }) }),
  );
});
