import { mkdirSync, rmSync } from 'node:fs';
import { loadConfiguration } from '../../lib/infra/config/load';
import { ConfigFixture } from '../fixtures/config-fixture';
import { problemsOf } from '../fixtures/problems-of';
import { CLUSTER_ERRORS } from '../fixtures/cluster-errors';

let fixture: ConfigFixture;
beforeEach(() => {
  fixture = new ConfigFixture();
});
afterEach(() => fixture.remove());

/** A module is loaded once: whoever looked before has to forget it. */
function editAgain(from: string, to: string): void {
  fixture.edit('cluster.ts', from, to);
  jest.resetModules();
}

const messages = (): string[] => problemsOf(() => loadConfiguration(fixture.path('cluster.ts'), fixture.dir));

test('the configuration as delivered is sound', () => {
  expect(messages()).toEqual([]);
});

test.each(CLUSTER_ERRORS)('cluster.ts: %s is refused, with its line', (_, from, to, line, message) => {
  fixture.edit('cluster.ts', from, to);
  const found = messages().filter((m) => message.test(m));
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(fixture.lineOf('cluster.ts', line));
  expect(found[0]).toMatch(/got: .*\n {2}expected: .*\n {2}fix: /s);
});

const FILES: [what: string, file: string, from: string, to: string, line: string, message: RegExp][] = [
  ['YAML', 'rules/redis.yml', '- alert: RedisDown', '- alert: "RedisDown', 'RedisDown', /not YAML/],
  ['PromQL', 'rules/redis.yml', 'redis_up == 0 or', 'redis_up == or', 'redis_up == or', /not PromQL/],
  ['an unknown key', 'rules/redis.yml', 'for: 5s', 'fro: 5s', 'fro: 5s', /no key fro/],
  [
    "a rule's label that is an external one",
    'rules/redis.yml',
    'labels: { severity: page }',
    'labels: { severity: page, replica: a }',
    'replica: a',
    /label replica collides/,
  ],
  [
    "a group's label that is an external one",
    'rules/redis.yml',
    '- name: redis',
    '- name: redis\n    labels: { shard: a }',
    'shard: a',
    /label shard collides/,
  ],
  [
    "a target's label that is an external one",
    'targets/redis.yml',
    "- targets: ['redis-exporter.trading.internal:9121']",
    "- targets: ['redis-exporter.trading.internal:9121']\n  labels: { cluster: a }",
    'cluster: a',
    /label cluster collides/,
  ],
  ['a bad duration', 'rules/redis.yml', 'for: 5s', 'for: 5 seconds', 'for: 5 seconds', /duration/],
  ['no port', 'targets/redis.yml', ':9121', '', 'targets:', /host:port/],
  ['a URL', 'targets/redis.yml', 'redis-exporter', 'http://redis-exporter', 'targets:', /host:port/],
  [
    'a target twice',
    'targets/redis.yml',
    'redis-exporter.trading.internal:9121',
    'duckdb.trading.internal:9201',
    '',
    /twice/,
  ],
  [
    'a port of the nodes',
    'targets/redis.yml',
    'redis-exporter.trading.internal:9121',
    'localhost:9093',
    '',
    /overlaps a port/,
  ],
  [
    "a receiver of the nodes' own name",
    'alertmanager.yml',
    '  - name: pager',
    '  - name: prometheus-ha-pager',
    'name: prometheus-ha-pager',
    /one of the nodes' own/,
  ],
  [
    'a missing receiver',
    'alertmanager.yml',
    'receiver: pager',
    'receiver: nobody',
    'receiver: nobody',
    /does not exist/,
  ],
];
test.each(FILES)('%s is refused, with its line (%s)', (_, file, from, to, line, message) => {
  fixture.edit(file, from, to);
  const found = messages().filter((m) => message.test(m));
  expect(found.length).toBeGreaterThanOrEqual(1);
  if (line !== '' && !/twice/.test(found[0]!)) expect(found[0]).toContain(fixture.lineOf(file, line));
});

test('the place of a PromQL error is exact, in block text too', () => {
  fixture.write(
    'rules/block.yml',
    'groups:\n  - name: block\n    rules:\n      - record: a:b\n        expr: |\n          sum(up)\n          + sum by (job (up)\n',
  );
  expect(messages()).toEqual([expect.stringContaining(`${fixture.path('rules/block.yml')}:7:25`)]);
});

test('all problems are listed at once', () => {
  fixture.edit('cluster.ts', 'sizeGiB: 200', 'sizeGiB: 20');
  fixture.edit('rules/duckdb.yml', 'duckdb_up == 0', 'duckdb_up ==');
  fixture.edit('alertmanager.yml', 'name: pager', 'name: pagr');
  expect(messages()).toHaveLength(3);
});

test('that nothing can be shed is said once, and only where nothing is droppable', () => {
  const said = (): string[] =>
    loadConfiguration(fixture.path('cluster.ts'), fixture.dir).warnings.filter((warning) => /droppable/.test(warning));
  expect(said()).toEqual([]);
  editAgain("droppable: 'trade_engine_depth_.*',", '');
  expect(said()).toEqual([
    `${fixture.lineOf('cluster.ts', 'load: {')}3: no load.droppable: a node beyond its limits sheds nothing, and only the alarm load-high says so`,
  ]);
});

test('every setting of the policy can be changed', () => {
  const { cluster } = loadConfiguration(fixture.path('cluster.ts'), fixture.dir);
  editAgain('shards: 1,', `shards: 1, policy: ${JSON.stringify(cluster.policy)},`);
  expect(messages()).toEqual([]);
});

test('a module that exports nothing is told what to export', () => {
  fixture.edit('cluster.ts', 'export default defineCluster', 'defineCluster');
  expect(messages()).toEqual([expect.stringMatching(/missing\n.*nothing\n.*export default defineCluster/)]);
});

test('alarms that nobody would hear are warned of', () => {
  const unheard = (): boolean =>
    loadConfiguration(fixture.path('cluster.ts'), fixture.dir).warnings.some((w) => w.includes('no alarmEmail'));
  expect(unheard()).toBe(true);
  editAgain('shards: 1,', "shards: 1, alarmEmail: 'oncall@example.com',");
  expect(unheard()).toBe(false);
});

test.each(['targets/empty.yml', 'alertmanager.yml'])('what an empty %s lacks is said in words', (file) => {
  fixture.write(file, '');
  const [first, ...more] = messages();
  expect(more).toEqual([]);
  expect(first).toMatch(/is not usable\n {2}got: +null\n {2}expected: (route and receivers|a list of .*)\n/);
});

test('a directory named like a file is one problem among others', () => {
  mkdirSync(fixture.path('rules/old.yml'));
  expect(messages()).toEqual([expect.stringMatching(/old\.yml: this file would be left out/)]);
});

test.each([
  ["host: 'redis.trading.internal'", "host: '127.0.0.1'", 1],
  ["host: 'redis.trading.internal'", "host: 'localhost'", 1],
  [
    "{ kind: 'redis', host: 'redis.trading.internal', port: 6379 }",
    "{ kind: 'http', url: 'http://localhost:9090/' }",
    1,
  ],
  ["host: 'redis.trading.internal'", "host: 'localhost.trading.internal'", 0],
])('%s that is %s: %i warning', (from, to, count) => {
  fixture.edit('cluster.ts', from, to);
  const { warnings } = loadConfiguration(fixture.path('cluster.ts'), fixture.dir);
  expect(warnings.filter((w) => w.includes('on AWS is the function that tries'))).toHaveLength(count);
});

test('a receiver that no route leads to is a warning: Alertmanager takes it', () => {
  fixture.edit('alertmanager.yml', 'receivers:', 'receivers:\n  - name: spare');
  const { warnings } = loadConfiguration(fixture.path('cluster.ts'), fixture.dir);
  const ours = warnings.filter((w) => w.includes('no route leads'));
  expect(ours).toEqual([
    expect.stringContaining(`${fixture.lineOf('alertmanager.yml', 'spare')}5: no route leads to the receiver 'spare'`),
  ]);
});

test.each([
  [1, []],
  [2, [/:\d+:\d+: group_interval 5s is shorter than the last of 4 Alertmanagers waits .*\(6.3 s\)/]],
])('%i shards of two: whether a group_interval of 5 s is shorter than the last one waits', (shards, said) => {
  fixture.edit('cluster.ts', 'shards: 1,', `shards: ${shards},`);
  const { warnings } = loadConfiguration(fixture.path('cluster.ts'), fixture.dir);
  const ours = warnings.filter((w) => w.includes('group_interval'));
  expect(ours).toEqual(said.map((line) => expect.stringMatching(line) as string));
});

test('what is not TypeScript is named with its line', () => {
  fixture.edit('cluster.ts', 'shards: 1,', 'shards: 1;');
  const [first] = messages();
  expect(first).toContain(fixture.lineOf('cluster.ts', 'shards: 1;'));
  expect(first).toMatch(/this is not TypeScript\n {2}got: +',' expected\./);
});

test('without rules nobody is sent to choose among none', () => {
  rmSync(fixture.path('rules'), { recursive: true });
  const found = messages();
  expect(found[0]).toMatch(/is missing/);
  expect(found.filter((m) => /expected: +one of *\n/.test(m))).toEqual([]);
  expect(found.join()).toContain('an alert of config/rules, where there is none');
});

test.each(['i3.large', 'x1e.xlarge', 'g3s.xlarge', 'm4.10xlarge', 'p3.2xlarge'])('%s has no NVMe devices', (type) => {
  fixture.edit('cluster.ts', "type: 'r7g.large'", `type: '${type}'`);
  expect(messages()).toEqual([expect.stringContaining('does not show its volumes as NVMe')]);
});

test.each([
  'i3.metal',
  'i3en.large',
  'p3dn.24xlarge',
  'm7i-flex.large',
  'u-6tb1.112xlarge',
  'c7i.metal-24xl',
  'm5.large',
])('%s is taken', (type) => {
  fixture.edit('cluster.ts', "type: 'r7g.large'", `type: '${type}'`);
  fixture.edit('cluster.ts', "architecture: 'arm64'", "architecture: 'x86_64'");
  expect(messages()).toEqual([]);
});

test.each([
  ['{\n  "version": 1,\n}', 3],
  ['{\n  "version": x\n}', 2],
  ['{\n  "version": 1', 2],
  ['{\n  "version": 1,\n  "cluster": "a",\n  "region": "b",\n  "nodes": {\n    "prometheus-1": 5\n  }\n}', 6],
])('a lock that cannot be read is one problem, with its line: %j', (text, line) => {
  fixture.write('cluster.lock.json', text);
  expect(messages()).toEqual([
    expect.stringContaining(`${fixture.path('cluster.lock.json')}:${line}: the list of nodes`),
  ]);
});
