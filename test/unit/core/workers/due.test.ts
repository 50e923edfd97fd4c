import type { TrustStatus } from '../../../../lib/contract/documents/agent/part-status';
import { WORKERS, type Worker } from '../../../../lib/contract/functions';
import { dueWorkers, noteNotCalled, NOTHING_SEEN, type Seen, type WatchMemory } from '../../../../lib/core/workers/due';

const FRESH: WatchMemory = { since: 0, noted: new Map() };
const NORMAL: Seen['assignment'] = { paused: null, scrapeProfile: 'normal' };
const WELL: Seen = {
  assignment: NORMAL,
  queries: { misses: 0, route: 'thanos', whole: true },
  volumes: new Map([['a', { asks: false, restore: 'done' }]]),
  trouble: new Map(),
  loadShare: 0.5,
  trust: new Map([['a', { asks: null, until: '2026-01-08T00:00:00.000Z', gossip: 'tls' }]]),
};
const paused = (scrapeProfile: 'normal' | 'reduced' = 'normal'): Seen['assignment'] => ({
  paused: { by: 'x', since: '2026-01-01T00:00:00.000Z', reason: 'work' },
  scrapeProfile,
});
const names = (seen: Seen, watch = FRESH, now = 1_000): Worker[] =>
  dueWorkers(WORKERS, seen, watch, now).due.map(({ worker }) => worker);
const volume = (asks: boolean, restore: 'running' | 'done' | 'given-up' | null): Partial<Seen> => ({
  volumes: new Map([['a', { asks, restore }]]),
});
const trust = (of: Partial<TrustStatus>): Partial<Seen> => ({
  trust: new Map([...WELL.trust, ['b', { ...WELL.trust.get('a')!, ...of }]]),
});

test('while all is well nobody is due, but for snapshots once, not at the beginning', () => {
  expect(names(WELL)).toEqual([]);
  expect(names(NOTHING_SEEN)).toEqual([]);
  expect(names(WELL, FRESH, 19_999)).toEqual([]);
  const { due, watch } = dueWorkers(WORKERS, WELL, FRESH, 20_000);
  expect(due.map(({ worker }) => worker)).toEqual(['take-snapshot']);
  expect(names(WELL, watch, 60_000)).toEqual([]);
});

test.each<[string, Partial<Seen>, Worker[]]>([
  ['Thanos misses one probe', { queries: { misses: 1, route: 'thanos', whole: true } }, ['route-queries']],
  ['queries go to the nodes', { queries: { misses: 0, route: 'nodes', whole: true } }, ['route-queries']],
  ['a group is off the listener', { queries: { misses: 0, route: 'thanos', whole: false } }, ['route-queries']],
  ['a person pointed the listener elsewhere', { queries: { misses: 9, route: 'other', whole: true } }, []],
  ['nobody knows the listener', { queries: null }, []],
  ['a node asks for a volume', volume(true, 'done'), ['restore-snapshot']],
  ['one is being replaced', volume(false, 'running'), ['restore-snapshot']],
  ['that was given up', volume(true, 'given-up'), []],
  ['it works again after it was given up', volume(false, 'given-up'), ['restore-snapshot']],
  ['a volume is stalled', { trouble: new Map([['b', 'stalled']]) }, ['restore-snapshot']],
  ['the load is beyond a limit', { loadShare: 1.01 }, ['shed-load']],
  ['less is scraped', { assignment: { paused: null, scrapeProfile: 'reduced' } }, ['shed-load']],
  ['nobody knows the load', { loadShare: null }, []],
  [
    'a node asks for a certificate',
    trust({ asks: 'It has none.', until: null, gossip: 'plain' }),
    ['issue-certificates'],
  ],
  ['all could speak TLS, and one does not', trust({ gossip: 'plain' }), ['issue-certificates']],
  ['one could not', trust({ until: null, gossip: 'plain' }), []],
  ['nobody says how it speaks', { trust: new Map() }, []],
])('%s', (_, seen, expected) => expect(names({ ...WELL, ...seen })).toEqual(expected));

test('a volume that still fails after its restore was given up calls nobody: a person has to look', () => {
  expect(names({ ...WELL, ...volume(true, 'given-up'), trouble: new Map([['a', 'gone']]) })).toEqual([]);
});

test('paused, only what was begun goes on', () => {
  const wrong = { ...WELL, queries: { misses: 3, route: 'thanos', whole: true } as const, loadShare: 2 };
  expect(names({ ...wrong, ...volume(true, 'done'), assignment: paused('reduced') })).toEqual([]);
  expect(names({ ...wrong, trouble: new Map([['a', 'gone']]), assignment: paused() })).toEqual([]);
  expect(names({ ...wrong, ...volume(true, 'running'), assignment: paused() })).toEqual(['restore-snapshot']);
});

test('only those that there are', () => {
  expect(dueWorkers(['shed-load'], { ...WELL, ...volume(true, null) }, FRESH, 30_000).due).toEqual([]);
});

const MISSED: Seen = { ...WELL, queries: { misses: 1, route: 'thanos', whole: true } };

/** What is seen every 2 s, and when route-queries is called, s. */
function calls(seen: (s: number) => Seen, isTaken: (s: number) => boolean = () => true): number[] {
  let watch = FRESH;
  const at: number[] = [];
  for (let s = 0; s < 60; s += 2) {
    const decided = dueWorkers(['route-queries'], seen(s), watch, s * 1_000);
    watch = decided.watch;
    if (decided.due.length === 0) continue;
    at.push(s);
    if (!isTaken(s)) watch = noteNotCalled(watch, 'route-queries');
  }
  return at;
}

test('whoever was called goes on: it is not called again while the reason lasts', () => {
  expect(calls(() => MISSED)).toEqual([0]);
});

test('when the reason comes back it is called again, but not more often than every 10 s', () => {
  expect(calls((s) => (s < 4 || s >= 30 ? MISSED : WELL))).toEqual([0, 30]);
  expect(calls((s) => (s % 4 === 0 ? MISSED : WELL))).toEqual([0, 12, 24, 36, 48]);
  expect(calls((s) => (s === 2 ? WELL : MISSED))).toEqual([0, 10]);
});

test('a call that was not taken is made again after 5 s, as long as there is something to do', () => {
  expect(
    calls(
      () => MISSED,
      (s) => s >= 10,
    ),
  ).toEqual([0, 6, 12]);
  expect(
    calls(
      (s) => (s < 4 ? MISSED : WELL),
      () => false,
    ),
  ).toEqual([0]);
});

test('whoever is called hears why, in one sentence', () => {
  expect(dueWorkers(WORKERS, { ...MISSED, loadShare: 1.254 }, FRESH, 0).due).toEqual([
    { worker: 'route-queries', because: 'Probes of Thanos failed in a row: 1.' },
    { worker: 'shed-load', because: 'A node uses 1.25 of its nearest load limit.' },
  ]);
});
