import { existsSync, readFileSync } from 'node:fs';
import { loadConfiguration, type Configuration } from '../../lib/infra/config/load';
import { lockFileOf, writeLock } from '../../lib/infra/config/lock/lock-file';
import { ConfigFixture } from '../fixtures/config-fixture';

let fixture: ConfigFixture;
beforeEach(() => {
  fixture = new ConfigFixture();
});
afterEach(() => fixture.remove());

/** Each look at a file of its own: a module is loaded once. */
let looks = 0;
function load(): Configuration {
  looks += 1;
  const copy = `look-${looks}.ts`;
  fixture.write(copy, readFileSync(fixture.path('cluster.ts'), 'utf8'));
  const lock = lockFileOf(fixture.path('cluster.ts'));
  if (existsSync(lock)) fixture.write(`look-${looks}.lock.json`, readFileSync(lock, 'utf8'));
  return loadConfiguration(fixture.path(copy), fixture.dir);
}
const synth = (): void => void writeLock(lockFileOf(fixture.path('cluster.ts')), load().cluster);

test('what is added is remembered, and the same again changes nothing', () => {
  fixture.edit('cluster.ts', 'replicas: 2', 'replicas: 3');
  synth();
  const lock = lockFileOf(fixture.path('cluster.ts'));
  expect(Object.keys(JSON.parse(readFileSync(lock, 'utf8')).nodes)).toEqual([
    'prometheus-1',
    'prometheus-2',
    'prometheus-3',
  ]);
  expect(writeLock(lock, load().cluster)).toBe(false);
});

test.each([
  ['replicas', 'replicas: 3', 'replicas: 2', /take away prometheus-3[^]*Its volume stays/],
  ['shards', 'shards: 2', 'shards: 1', /take away prometheus-1-1, prometheus-1-2[^]*are scraped by nobody/],
])('fewer %s are refused with what would be lost, until their lines are deleted', (what, more, fewer, message) => {
  const was = what === 'replicas' ? 'replicas: 2' : 'shards: 1';
  fixture.edit('cluster.ts', was, more);
  synth();
  fixture.edit('cluster.ts', more, fewer);
  expect(load).toThrow(message);
  fixture.write(
    'cluster.lock.json',
    readFileSync(fixture.path('cluster.lock.json'), 'utf8').replace(/,\s+"prometheus-(3|1-[12])": "[^"]*"/g, ''),
  );
  expect(() => load()).not.toThrow();
});

test('a zone that is put between the others does not move nodes away from their volumes', () => {
  fixture.edit(
    'cluster.ts',
    "zones: ['eu-west-1a', 'eu-west-1b']",
    "zones: ['eu-west-1a', 'eu-west-1c', 'eu-west-1b']",
  );
  expect(load).toThrow(/prometheus-2 would move to another zone[^]*eu-west-1c, so far eu-west-1b/);
  fixture.edit('cluster.ts', 'shards: 1,', "shards: 1,\n  placement: { 'prometheus-2': 'eu-west-1b' },");
  expect(() => load()).not.toThrow();
});

test.each([
  '{',
  '{"version":1,"nodes":["prometheus-1"]}',
  '{"version":1}',
  '{"version":1,"cluster":"a","region":"eu-west-1","nodes":{},"images":{"eu-west-1":{"arm64":"latest"}}}',
])('a lock of %s is refused', (text) => {
  fixture.write('cluster.lock.json', text);
  expect(load).toThrow(
    /list of nodes that have been there.*\n {2}got: .*\n {2}expected: .*\n {2}fix: .*version control/,
  );
});

test('another name is another cluster', () => {
  fixture.edit('cluster.ts', 'replicas: 2', 'replicas: 3');
  synth();
  fixture
    .edit('cluster.ts', 'replicas: 3', 'replicas: 2')
    .edit('cluster.ts', "name: 'trading-metrics'", "name: 'staging'");
  expect(() => load()).not.toThrow();
});
