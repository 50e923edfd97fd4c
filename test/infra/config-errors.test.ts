import { mkdirSync } from 'node:fs';
import { loadConfiguration } from '../../lib/infra/config/load';
import { ConfigurationError } from '../../lib/infra/config/problems';
import { ConfigFixture } from '../fixtures/config-fixture';

let fixture: ConfigFixture;
beforeEach(() => {
  jest.resetModules();
  fixture = new ConfigFixture();
});
afterEach(() => fixture.remove());

function messages(): string[] {
  try {
    loadConfiguration(fixture.path('cluster.ts'), fixture.dir);
    return [];
  } catch (error) {
    // After resetModules the class is another one: compare by name.
    if ((error as Error).name !== 'ConfigurationError') throw error;
    return (error as ConfigurationError).problems.map((problem) => problem.message);
  }
}

test('the configuration as delivered is sound', () => {
  expect(messages()).toEqual([]);
});

const CLUSTER: [what: string, from: string, to: string, line: string, message: RegExp][] = [
  ['one node', 'replicas: 2,', 'replicas: 1,', 'replicas: 1', /one node cannot fail over/],
  ['no node', 'replicas: 2,', 'replicas: 0,', 'replicas: 0', /expected: at least 2/],
  ['nodes that are no number', 'replicas: 2,', 'replicas: NaN,', 'replicas: NaN', /got: +NaN\n/],
  ['no zone', "['eu-west-1a', 'eu-west-1b'],", '[],', 'zones: []', /expected: at least 2 availability zones/],
  [
    'an account that is a number',
    'shards: 1,',
    'shards: 1, account: 123456789012 as never,',
    'account:',
    /expected: a value of the type string\n/,
  ],
  ['no shard', 'shards: 1,', 'shards: 0,', 'shards: 0', /more than 0/],
  ['more replicas than DNS names at once', 'replicas: 2,', 'replicas: 9,', 'replicas: 9', /at most 8: DNS/],
  ['far more replicas than that', 'replicas: 2,', 'replicas: 10,', 'replicas: 10', /at most 8: DNS/],
  ['half a shard', 'shards: 1,', 'shards: 1.5,', 'shards: 1.5', /a whole number/],
  ['one zone', ", 'eu-west-1b'],", '],', 'zones: [', /would be lost together/],
  [
    'a shard in one zone',
    'shards: 1,',
    "shards: 2, placement: { 'prometheus-1-1': 'eu-west-1a' },",
    "'prometheus-1-1'",
    /shard 1: 'eu-west-1a' 2 times/,
  ],
  [
    'an unknown zone',
    'shards: 1,',
    "shards: 1, placement: { 'prometheus-2': 'eu-west-1c' },",
    "'eu-west-1c'",
    /not one of the cluster/,
  ],
  [
    'an unknown node placed',
    'shards: 1,',
    "shards: 1, placement: { 'prometheus-3': 'eu-west-1b' },",
    "'prometheus-3'",
    /placed that is not there/,
  ],
  ['a zone elsewhere', "zones: ['eu-west-1a'", "zones: ['us-east-1a'", 'zones: [', /not in the region/],
  ['no image', "ami: { 'eu-west-1'", "ami: { 'us-east-1'", 'ami: {', /no image is pinned/],
  ['another architecture', "architecture: 'arm64'", "architecture: 'x86_64'", "type: 'r7g", /do not match/],
  ['a small disk', 'sizeGiB: 200', 'sizeGiB: 20', 'sizeGiB: 20', /too small for the retention/],
  ['a bad range', "cidr: '10.77.0.0/20'", "cidr: '10.77.0.1/20'", 'cidr:', /IPv4 range/],
  ['clients that overlap', "['10.0.0.0/8']", "['10.0.0.0/8', '10.1.0.0/16']", 'clients:', /clients overlap/],
  [
    'a private registry without a mirror',
    "'quay.io/thanos/thanos'",
    "'111122223333.dkr.ecr.eu-west-1.amazonaws.com/thanos'",
    'repository:',
    /nodes have no login for ECR/,
  ],
  ['endpoints without a mirror', "egress: 'nat'", "egress: 'endpoints'", 'egress:', /could not download/],
  ['a short resend delay', "resendDelay: '15s'", "resendDelay: '2s'", 'resendDelay:', /resolved falsely/],
  [
    'a dead man that a failover would wake',
    "resendDelay: '15s'",
    "resendDelay: '40s'",
    'defineCluster({',
    /look as if alerting were silent/,
  ],
  ['no limit of memory', 'limits: { memoryMiB: 10_240 }', 'limits: {}', 'limits: {', /memoryMiB is missing/],
  [
    'a limit that is always passed',
    'memoryMiB: 10_240 }',
    'memoryMiB: 10_240, samplesPerSecond: 60_000 }',
    'samplesPerSecond',
    /would be shed for ever/,
  ],
  ['a way back as quick as down', "droppable: '", "calm: '30s', droppable: '", "calm: '30s'", /would swing/],
  ['a look-ahead in droppable', 'trade_engine_depth_.*', 'a(?!b)', "droppable: '", /Prometheus has them \(RE2\)/],
  ['a bad size', '  load: {', "  scrapeLimits: { body: '5 MB' },\n  load: {", 'scrapeLimits', /a size such as/],
  ['a remedy for no alert', "alert: 'RedisDown'", "alert: 'RedisDwn'", 'RedisDwn', /nothing would call the remedy/],
  ['a remedy for no target', "alert: 'RedisDown'", "target: 'redis:1'", "'redis:1'", /this target is not scraped/],
  ['a remedy that nothing calls', "when: { alert: 'RedisDown' }", 'when: {}', 'when: {}', /nothing would call/],
  ['a remedy without a port', ', port: 6379', '', 'connect: {', /port is missing/],
  ['a remedy of a strange kind', "kind: 'redis'", "kind: 'mysql'", "kind: 'mysql'", /connect/],
  [
    'a hook that does not exist',
    "when: { alert: 'RedisDown' },",
    "when: { alert: 'RedisDown' },\n      hook: { module: 'config/none.ts', after: '10s', allow: [] },",
    'config/none.ts',
    /module of this hook does not exist/,
  ],
  [
    'a URL with credentials in it',
    "{ kind: 'redis', host: 'redis.trading.internal', port: 6379 }",
    "{ kind: 'http', url: 'http://me:secret@engine/health' }",
    "kind: 'http'",
    /url is not usable/,
  ],
  [
    'a URL whose port does not exist',
    "{ kind: 'redis', host: 'redis.trading.internal', port: 6379 }",
    "{ kind: 'http', url: 'http://engine:99999/health' }",
    "kind: 'http'",
    /a port up to 65535/,
  ],
  ['a host with an empty part', 'redis.trading.internal', 'redis..internal', "kind: 'redis'", /host is not usable/],
  ['a host with no address', 'redis.trading.internal', '127.1', "kind: 'redis'", /a host name or an IPv4 address/],
  ['a host that is metadata', 'redis.trading.internal', '169.254.169.254', "kind: 'redis'", /not a link-local one/],
  ['a host that is all addresses', 'redis.trading.internal', '0.0.0.0', "kind: 'redis'", /not 0\.…/],
  [
    'a URL of metadata',
    "{ kind: 'redis', host: 'redis.trading.internal', port: 6379 }",
    "{ kind: 'http', url: 'http://169.254.169.254/latest/meta-data' }",
    "kind: 'http'",
    /not a link-local one/,
  ],
  [
    'a URL whose host is a number',
    "{ kind: 'redis', host: 'redis.trading.internal', port: 6379 }",
    "{ kind: 'http', url: 'http://2852039166/' }",
    "kind: 'http'",
    /url is not usable/,
  ],
  [
    'an action that IAM does not know as one',
    "when: { alert: 'RedisDown' },",
    "when: { alert: 'RedisDown' },\n      hook: { module: 'bin/app.ts', after: '10s', allow: [{ actions: ['restart'], resources: ['*'] }] },",
    'bin/app.ts',
    /an action of IAM/,
  ],
  [
    'a resource that is no ARN',
    "when: { alert: 'RedisDown' },",
    "when: { alert: 'RedisDown' },\n      hook: { module: 'bin/app.ts', after: '10s', allow: [{ actions: ['ecs:*'], resources: ['redis'] }] },",
    'bin/app.ts',
    /an ARN, such as/,
  ],
  [
    'a mirror that is no bucket',
    '  load: {',
    "  artifactMirror: 'releases..example',\n  load: {",
    'artifactMirror',
    /a bucket's name: 3 to 63/,
  ],
  [
    'a user without a password',
    'port: 6379 }',
    "port: 6379, username: 'remedy' }",
    "kind: 'redis'",
    /this user would not be used/,
  ],
  [
    'a hook that comes too late',
    "when: { alert: 'RedisDown' },",
    "when: { alert: 'RedisDown' },\n      hook: { module: 'bin/app.ts', after: '5m', allow: [] },",
    'bin/app.ts',
    /hook would never be called/,
  ],
  ['a huge segment', "walSegmentSize: '64MB'", "walSegmentSize: '1GB'", 'walSegmentSize', /10MB to 256MB/],
  [
    'an unknown setting',
    "retention: '15d',",
    "retention: '15d', retentionn: '1d',",
    'retentionn',
    /no setting retentionn/,
  ],
  ['a tag for a digest', "digest: 'sha256:b567", "digest: 'v0.42", 'digest:', /digest of a multi-arch/],
  ['blocks that do not fit', "blockDuration: '2h'", "blockDuration: '45m'", 'blockDuration', /do not fit into/],
  ['blocks deleted too soon', "retention: '15d'", "retention: '5h'", "retention: '5h'", /before they are uploaded/],
  ['raw samples deleted too soon', "raw: '30d'", "raw: '1d'", 'raw:', /before those of 5 minutes/],
  ['a compactor that would not start', "fiveMinutes: '365d'", "fiveMinutes: '9d'", 'fiveMinutes:', /refuse to start/],
  ['one query task', 'tasks: 2,', 'tasks: 1,', 'tasks: 1', /lost with its zone/],
  ['fewer at most than always', 'maxTasks: 6', 'maxTasks: 1', 'maxTasks', /fewer query tasks at most/],
  [
    'a task that Fargate has not',
    'cpu: 1024, memoryMiB: 4096',
    'cpu: 1024, memoryMiB: 1024',
    'memoryMiB: 1024',
    /no task/,
  ],
  ['a compactor that would fill its disk', 'diskGiB: 100', 'diskGiB: 21', 'diskGiB: 21', /blocks of two days/],
  ['a larger disk than Fargate has', 'diskGiB: 100', 'diskGiB: 300', 'diskGiB: 300', /at most 200/],
  ['hourly samples', "fiveMinutes: '365d'", "fiveMinutes: '365d', oneHour: '5y'", 'oneHour', /blocks of two weeks/],
  ['a bad sum', '0e8c4d46', 'XXXX', 'amd64: ', /SHA-256/],
  [
    'time-outs that contradict',
    "resendDelay: '15s',",
    "resendDelay: '15s',\n  policy: {\n    probe: { timeoutMs: 3000 },\n  },",
    'probe: {',
    /must end before the next one starts/,
  ],
];
test.each(CLUSTER)('cluster.ts: %s is refused, with its line', (_, from, to, line, message) => {
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
  [
    'an alert twice',
    'rules/redis.yml',
    'alert: RedisMemoryHigh',
    'alert: RedisDown',
    '        expr: redis:memory',
    /twice/,
  ],
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
  expect(messages()).toHaveLength(4); // The receiver is both missing and never used.
});

test('rules that a slower scrape profile would change are named with file and line, once per profile', () => {
  const rules = `groups:
  - name: g
    rules:
      - alert: Fast
        expr: rate(a[8s]) > 1
      - alert: Deep
        expr: trade_engine_depth_quantity > 1
`;
  fixture.write('rules/zz.yml', rules);
  const { warnings } = loadConfiguration(fixture.path('cluster.ts'), fixture.dir);
  const ours = warnings.filter((warning) => warning.includes('zz.yml'));
  expect(ours.map((warning) => warning.slice(fixture.path('rules/zz.yml').length))).toEqual([
    ":5:9: in the scrape profile 'reduced' alert Fast does not keep its meaning: a[8s] holds fewer than two samples and looks back 15s instead",
    ":5:9: in the scrape profile 'minimal' alert Fast does not keep its meaning: a[8s] holds fewer than two samples and looks back 45s instead",
    ":7:9: in the scrape profile 'minimal' alert Deep does not keep its meaning: trade_engine_depth_quantity is not scraped",
  ]);
});

test('every setting of the policy can be changed', () => {
  const { cluster } = loadConfiguration(fixture.path('cluster.ts'), fixture.dir);
  jest.resetModules();
  fixture.edit('cluster.ts', 'shards: 1,', `shards: 1, policy: ${JSON.stringify(cluster.policy)},`);
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
  jest.resetModules();
  fixture.edit('cluster.ts', 'shards: 1,', "shards: 1, alarmEmail: 'oncall@example.com',");
  expect(unheard()).toBe(false);
});

test.each(['rules/empty.yml', 'targets/empty.yml', 'alertmanager.yml'])(
  'what an empty %s lacks is said in words',
  (file) => {
    fixture.write(file, '');
    const [first, ...more] = messages();
    expect(more).toEqual([]);
    expect(first).toMatch(/is not usable\n {2}got: +null\n {2}expected: a (value of the type object|list of .*)\n/);
  },
);

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
