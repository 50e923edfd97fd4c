import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import type { RestoreRecord, StorageReport } from '../../../../lib/contract/documents/storage';
import type { KnownSnapshot } from '../../../../lib/core/volumes/snapshots';
import { nodeVolumes, volumeLines, volumeProblems, type NodeVolumes } from '../../../../lib/core/status/volume-status';
import { storageReport } from '../volumes/storage-report';

const MINUTE = 60_000;
const NOW = Date.parse('2026-11-24T12:00:00Z');
const policy = DEFAULT_POLICY.snapshots;
const snapshot = (minutesAgo: number, verdict: KnownSnapshot['verdict'], node = 'a'): KnownSnapshot => ({
  id: `snap-${minutesAgo}`,
  node,
  volumeId: 'vol-1',
  generation: 1,
  takenAt: NOW - minutesAgo * MINUTE,
  completed: true,
  verdict,
});
const report = storageReport();
const restore: RestoreRecord = {
  version: 1,
  node: 'a',
  state: 'running',
  because: 'A write has not come back',
  startedAt: '2026-11-24T11:59:00.000Z',
  endedAt: null,
  corruptedAt: '2026-11-24T11:58:00.000Z',
  triedAt: '2026-11-24T11:59:00.000Z',
  from: 'vol-1',
  snapshotId: 'snap-20',
  generation: 2,
  volumeId: null,
  tried: [],
};
const kept = { id: 'vol-0', node: 'a', generation: 0, available: true, kept: true, attachedTo: null, zone: 'z' };

const volumes = [kept, { ...kept, id: 'vol-1', kept: false }, { ...kept, id: 'vol-8', node: 'b' }];

function of(
  snapshots: readonly KnownSnapshot[],
  over: Partial<StorageReport> = {},
  record: RestoreRecord | null = null,
): NodeVolumes {
  return nodeVolumes('a', { ...report, ...over }, record, { volumes, snapshots }, policy, NOW);
}

test('the last snapshot, the last good one and what is kept, of that node only', () => {
  const view = [of([snapshot(30, 'good'), snapshot(9, null), snapshot(20, 'good'), snapshot(1, 'good', 'b')])];
  expect(volumeProblems(view)).toEqual([]);
  expect(volumeLines(view, NOW)).toEqual([
    'Snapshots of the data volumes:',
    '  a: the last 9 min ago, the last good one 20 min ago (snap-20); kept of its old volumes: vol-0',
    '',
  ]);
});

test('a restore that runs, that ended, and that was given up', () => {
  const needsVolume = { since: '2026-11-24T11:58:00.000Z', because: 'A write has not come back' };
  const good = [snapshot(20, 'good')];
  expect(volumeProblems([of(good, { needsVolume }, restore)])).toEqual([
    'a asks for another data volume: A write has not come back.',
    'a gets a volume of snap-20, generation 2, since 2026-11-24T11:59:00.000Z.',
  ]);
  const endedAt = '2026-11-24T11:55:00.000Z';
  expect(volumeProblems([of(good, {}, { ...restore, state: 'given-up', endedAt })])).toEqual([
    `Restoring a was GIVEN UP at ${endedAt}.`,
  ]);
  const done = [of(good, {}, { ...restore, state: 'done', endedAt, volumeId: 'vol-2' })];
  expect(volumeProblems(done)).toEqual([]);
  expect(volumeLines(done, NOW).join('\n')).toContain('; restored 5 min ago');
});

test('without a good snapshot that is young: only once there was time for one', () => {
  expect(volumeProblems([of([])])).toEqual([]);
  expect(volumeLines([of([])], NOW)).toContain('  a: none yet');
  expect(volumeProblems([of([snapshot(10, null)])])).toEqual([]);
  expect(volumeProblems([of([snapshot(10, 'bad'), snapshot(130, 'bad')])])).toEqual([
    'a has no young snapshot that was found good; the last good one: none.',
  ]);
  expect(volumeProblems([of([snapshot(10, 'bad'), snapshot(130, 'good')])])).toEqual([
    'a has no young snapshot that was found good; the last good one: 2026-11-24T09:50:00.000Z.',
  ]);
});

test('where volumes are not looked after nothing is said; where EC2 does not answer, that', () => {
  expect([...volumeProblems(null), ...volumeLines(null, NOW)]).toEqual([]);
  expect(volumeProblems({ unknown: 'AccessDenied' })).toEqual([
    'EC2 does not say what snapshots there are: AccessDenied.',
  ]);
});

test('a node of which nothing is known asks for nothing', () => {
  expect(nodeVolumes('a', null, null, { volumes: [], snapshots: [snapshot(9, 'good')] }, policy, NOW)).toEqual({
    node: 'a',
    asks: null,
    restore: null,
    lastSnapshot: '2026-11-24T11:51:00.000Z',
    lastGoodSnapshot: { id: 'snap-9', at: '2026-11-24T11:51:00.000Z' },
    withoutGoodSince: null,
    kept: [],
  });
});

test('the time for a good one is over after two hours, by the oldest snapshot', () => {
  const lacks = (minutesAgo: number): string | null =>
    of([snapshot(10, 'bad'), snapshot(minutesAgo, 'bad')]).withoutGoodSince;
  expect(lacks(120)).toBeNull();
  expect(lacks(121)).toBe('2026-11-24T09:59:00.000Z');
});

test('only what was restored is said to be: not what still runs, nor what ended without a volume', () => {
  const said = (record: Partial<RestoreRecord>): string =>
    volumeLines([{ ...of([snapshot(9, null)], {}, { ...restore, ...record }), kept: [] }], NOW)[1]!;
  const endedAt = '2026-11-24T11:55:00.000Z';
  const nothing = '  a: the last 9 min ago, the last good one none';
  expect(said({ state: 'running', volumeId: 'vol-2', endedAt })).toBe(nothing);
  expect(said({ state: 'done', volumeId: null, endedAt })).toBe(nothing);
  expect(said({ state: 'done', volumeId: 'vol-2', endedAt })).toBe(`${nothing}; restored 5 min ago`);
});

test('there is no list where there is no node, nor where EC2 does not answer', () => {
  expect(volumeLines([], NOW)).toEqual([]);
  expect(volumeLines({ unknown: 'AccessDenied' }, NOW)).toEqual([]);
});
