import { ONE_SHARD, type ShardMap } from '../../../../lib/contract/documents/shard-map';
import { BOTH_SEND_MS, notifies, type AlertOwnership } from '../../../../lib/core/alerts/ownership';

const T = 1_800_000_000_000;
const shardMap = (shards: number, next: number | null = null): ShardMap => ({ ...ONE_SHARD, shards, next });
const iso = (ms: number): string => new Date(ms).toISOString();
// Targets a and b; of two shards b belongs to 1.
const owner = (address: string, shards: number): number => (address.startsWith('b') ? 1 : 0) % shards;
const instances = new Map([
  ['a:1', ['a:1']],
  ['named', ['b:1']],
  ['both', ['a:2', 'b:2']],
]);
const see = (shard: number, l: ShardMap, before: AlertOwnership['before'] = null): AlertOwnership => ({
  shard,
  shardMap: l,
  before,
  instances,
  owner,
});
const alert = (labels: Record<string, string>, endsAt = T + 60_000) => ({ labels, endsAt: iso(endsAt) });
const [A, B] = [alert({ instance: 'a:1' }), alert({ instance: 'named' })];
const changed = (ago: number) => ({ shardMap: shardMap(1, 2), changedAt: T - ago });

test.each([
  ['one shard tells all', see(0, shardMap(1)), [true, true]],
  ['a new shard holds what it scrapes while it is let in', see(1, shardMap(1, 2)), [false, false]],
  ['and the old one tells it', see(0, shardMap(1, 2)), [true, true]],
  ['just after, both tell what moved', see(0, shardMap(2), changed(BOTH_SEND_MS - 1)), [true, true]],
  ['then its new owner only', see(0, shardMap(2), changed(BOTH_SEND_MS)), [true, false]],
  ['who begins at once', see(1, shardMap(2), changed(0)), [false, true]],
])('%s', (_, t, expected) => expect([notifies(A, t, T), notifies(B, t, T)]).toEqual(expected));

test('the end of an alert whose target has moved is not told by who has lost it', () => {
  const end = alert({ instance: 'named' }, T - 1);
  expect(notifies(end, see(0, shardMap(2), changed(20_000)), T)).toBe(false);
});

test('what names an instance behind which are targets of several shards is told by each of them', () => {
  const both = alert({ instance: 'both' });
  expect([0, 1].map((shard) => notifies(both, see(shard, shardMap(2)), T))).toEqual([true, true]);
});

test('what names no target ends untold for a while after a move, and as ever otherwise', () => {
  const end = (ago: number) => alert({ alertname: 'Sum' }, T - ago);
  expect(notifies(end(5_000), see(0, shardMap(2), changed(20_000)), T)).toBe(false);
  expect(notifies(end(25_000), see(0, shardMap(2), changed(20_000)), T)).toBe(true);
  expect(notifies(end(1_000), see(0, shardMap(2), changed(300_000)), T)).toBe(true);
  expect(notifies(alert({ alertname: 'Sum' }), see(0, shardMap(2), changed(20_000)), T)).toBe(true);
});

test('for two minutes from the change on', () => {
  const end = (ms: number) => alert({ alertname: 'Sum' }, T + ms);
  const toldWhenOver = (ms: number) => notifies(end(ms), see(0, shardMap(2), changed(0)), T + 600_000);
  expect([-1, 0, 119_999, 120_000].map(toldWhenOver)).toEqual([true, false, false, true]);
});

test('an end counts from the moment it names, not before', () => {
  const end = alert({ alertname: 'Sum' }, T);
  const t = see(0, shardMap(2), changed(10_000));
  expect([T - 1, T].map((now) => notifies(end, t, now))).toEqual([true, false]);
});

test('what names no target ends as ever when no shard came or went', () => {
  const end = alert({ alertname: 'Sum' }, T - 5_000);
  expect(notifies(end, see(0, shardMap(1)), T)).toBe(true);
  // The second shard is only being prepared.
  expect(notifies(end, see(0, shardMap(1, 2), { shardMap: shardMap(1), changedAt: T - 20_000 }), T)).toBe(true);
});

test('a shard that is not in yet tells of its own nodes and of itself, and nothing else', () => {
  const t = see(1, shardMap(1));
  expect(notifies(alert({ instance: '10.77.0.9:9090' }), t, T)).toBe(true);
  expect(notifies(alert({ alertname: 'Watchdog', prometheus_ha_shard: '1' }), t, T)).toBe(true);
  expect(notifies(alert({ alertname: 'Sum' }), t, T)).toBe(false);
});
