import type { RestoreRecord } from '../../../../lib/contract/documents/storage';
import { nextRestoreStep } from '../../../../lib/core/volumes/restore';
import type { DataVolume, RestoreSituation } from '../../../../lib/core/volumes/restore-step';
import type { KnownSnapshot } from '../../../../lib/core/volumes/snapshots';
import { storageReport } from './storage-report';

const NOW = Date.parse('2026-11-24T12:00:00.000Z');
const iso = (ms: number): string => new Date(NOW + ms).toISOString();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const NEEDS = { since: iso(-MINUTE), because: 'the WAL is gone' };
const asking = storageReport({ at: iso(0), needsVolume: NEEDS });
const volume = (generation: number, over: Partial<DataVolume> = {}): DataVolume => ({
  id: `vol-${generation}`,
  generation,
  available: false,
  kept: false,
  attachedTo: generation === 1 ? 'i-1' : null,
  zone: 'z',
  ...over,
});
const snapshot = (name: string, ageMs: number, over: Partial<KnownSnapshot> = {}): KnownSnapshot => ({
  id: `snap-${name}`,
  node: 'a',
  volumeId: 'vol-1',
  generation: 1,
  takenAt: NOW - ageMs,
  completed: true,
  verdict: 'good',
  ...over,
});
/** A restore to generation 2 from snap-x that began ten seconds ago; its volume is not made yet. */
const running = (over: Partial<RestoreRecord> = {}): RestoreRecord => ({
  version: 1,
  node: 'a',
  state: 'running',
  because: 'the WAL is gone',
  startedAt: iso(-10_000),
  endedAt: null,
  corruptedAt: iso(-MINUTE),
  triedAt: iso(-10_000),
  from: 'vol-1',
  snapshotId: 'snap-x',
  generation: 2,
  volumeId: null,
  tried: [],
  earlier: [],
  ...over,
});
const made = running({ volumeId: 'vol-2' });
const mounted = storageReport({ at: iso(0), volumeId: 'vol-2', generation: 2 });

const next = (over: Partial<RestoreSituation>) =>
  nextRestoreStep(
    {
      report: asking,
      record: null,
      volumes: [volume(1)],
      snapshots: [snapshot('x', HOUR)],
      isHealthy: false,
      anotherIsAlerting: true,
      paused: false,
      ...over,
    },
    NOW,
  );

describe('a node that asks for another volume', () => {
  test('has a restore begun, from the newest good snapshot from before the corruption', () => {
    const snapshots = [snapshot('old', 2 * HOUR), snapshot('x', HOUR), snapshot('late', 1_000)];
    expect(next({ snapshots })).toEqual({
      do: 'record',
      because: 'a gets a volume of generation 2 from snap-x, good: the WAL is gone',
      record: running({ startedAt: iso(0), triedAt: iso(0) }),
    });
  });

  test.each<[string, Partial<RestoreSituation>, number]>([
    ['what the node has', { report: { ...asking, generation: 7 } }, 8],
    ['every volume of it, also those that were kept', { volumes: [volume(1), volume(5, { kept: true })] }, 6],
    ['every snapshot of it', { snapshots: [snapshot('x', HOUR, { generation: 4 })] }, 5],
    ['the snapshot alone, when there is nothing else', { report: { ...asking, generation: null }, volumes: [] }, 2],
  ])('gets a generation above %s', (_, over, generation) => {
    expect(next(over)).toMatchObject({ do: 'record', record: { generation } });
  });

  test('is noted with the volume that it had, if EC2 still knows that one', () => {
    expect(next({ volumes: [] })).toMatchObject({ record: { from: null } });
  });

  test.each<[string, Partial<RestoreSituation>, string, string]>([
    ['it asks for none', { report: storageReport() }, 'nothing', 'asks for no volume'],
    ['an operator paused', { paused: true }, 'nothing', 'Paused'],
    ['it works and nobody else does', { isHealthy: true, anotherIsAlerting: false }, 'nothing', 'is the only node'],
    ['a newer volume waits for it', { volumes: [volume(1), volume(2)] }, 'wait', 'has not taken the newest'],
    [
      'it has twins, of which a person has to choose',
      { report: { ...asking, volumeId: null }, volumes: [volume(1), volume(1, { id: 'vol-0' })] },
      'nothing',
      'a has 2 volumes of generation 1 (vol-0, vol-1)',
    ],
  ])('is not given one when %s', (_, over, step, because) => {
    expect(next(over)).toMatchObject({ do: step, because: expect.stringContaining(because) });
  });

  test.each<[string, Partial<RestoreSituation>]>([
    ['it works and another one serves', { isHealthy: true }],
    ['nobody serves, but it does not work either', { anotherIsAlerting: false }],
    ['the newer volume was quarantined', { volumes: [volume(1), volume(2, { kept: true })] }],
    ['it has mounted none, whatever there is', { report: { ...asking, volumeId: null } }],
  ])('is given one when %s', (_, over) => {
    expect(next(over)).toMatchObject({ do: 'record', record: { state: 'running' } });
  });

  test('is called a case for people when no snapshot is left', () => {
    const step = next({ snapshots: [] });
    expect(step).toMatchObject({ do: 'record', record: { state: 'given-up', endedAt: iso(0) } });
    expect(step.because).toBe('No snapshot of a is left to restore from; tried none.');
  });
});

describe('a node whose restore has ended', () => {
  const done = (endedMs: number, earlier: string[] = []) =>
    running({ state: 'done', startedAt: iso(-HOUR), endedAt: iso(endedMs), earlier });
  test('is not restored for what it said before the end', () => {
    expect(next({ record: done(0) })).toMatchObject({ do: 'wait', because: expect.stringContaining('said nothing') });
    expect(next({ record: done(-1) })).toMatchObject({ do: 'record', record: { state: 'running' } });
  });

  test('counts towards a limit of twelve within six hours', () => {
    const starts = (count: number, agoMs: number) => Array.from({ length: count }, () => iso(-agoMs));
    expect(next({ record: done(-1, starts(10, HOUR)) })).toMatchObject({ record: { state: 'running' } });
    expect(next({ record: done(-1, starts(11, HOUR)) })).toMatchObject({
      record: { state: 'given-up', endedAt: iso(0) },
    });
    const old = next({ record: done(-1, starts(11, 6 * HOUR)) });
    expect(old).toMatchObject({ record: { state: 'running', earlier: [iso(-HOUR)] } });
    expect(next({ record: { ...done(-1), earlier: undefined } })).toMatchObject({ record: { earlier: [iso(-HOUR)] } });
  });

  const givenUp = running({ state: 'given-up', endedAt: iso(-1_000) });
  test.each<[string, Partial<RestoreSituation>]>([
    ['it asks again', {}],
    ['it asks, though it works', { isHealthy: true }],
    ['it asks for nothing and does not work', { report: storageReport() }],
  ])('by being given up stays so while %s', (_, over) => {
    expect(next({ record: givenUp, ...over })).toMatchObject({
      do: 'nothing',
      because: expect.stringContaining('a person'),
    });
  });
  test('by being given up is done when it works again by itself', () => {
    expect(next({ record: givenUp, report: storageReport(), isHealthy: true })).toMatchObject({
      do: 'record',
      record: { state: 'done', endedAt: iso(0) },
    });
  });
});

describe('a restore goes on', () => {
  test('by making the volume', () => {
    expect(next({ record: running() })).toMatchObject({ do: 'create', snapshotId: 'snap-x', generation: 2 });
  });
  test('by nothing new while paused; what is made is noted all the same', () => {
    expect(next({ record: running(), paused: true })).toMatchObject({ do: 'wait' });
    const found = { record: running(), volumes: [volume(1), volume(2)] };
    expect(next(found)).toMatchObject({ do: 'record', record: { volumeId: 'vol-2' } });
    expect(next({ ...found, paused: true })).toMatchObject({ do: 'record', record: { volumeId: 'vol-2' } });
  });
  test('by waiting until the node has mounted it and works', () => {
    const both = [volume(1), volume(2)];
    expect(next({ record: made, volumes: both }).because).toBe('a has not mounted vol-2 yet.');
    expect(next({ record: made, volumes: both, report: mounted }).because).toBe(
      'a has mounted vol-2 and is not ready yet.',
    );
  });
  test('to its end, and keeps what was replaced', () => {
    const volumes = [volume(1), volume(2), volume(0, { kept: true })];
    expect(next({ record: made, volumes, report: mounted, isHealthy: true })).toMatchObject({
      do: 'finish',
      keep: ['vol-1'],
      record: { state: 'done', endedAt: iso(0) },
    });
  });
});

describe('a restore that is not needed any more', () => {
  const well = storageReport({ at: iso(0) });
  test('takes back the volume that nobody uses', () => {
    const volumes = [volume(1), volume(2)];
    const step = { do: 'withdraw', record: { state: 'done', endedAt: iso(0) } };
    expect(next({ record: running(), report: well, isHealthy: true })).toMatchObject({ ...step, volumeId: null });
    expect(next({ record: running(), report: well, isHealthy: true, volumes })).toMatchObject({
      ...step,
      volumeId: 'vol-2',
    });
    expect(next({ record: made, report: well, isHealthy: true, volumes })).toMatchObject({
      ...step,
      volumeId: 'vol-2',
    });
  });
  test.each<[string, Partial<RestoreSituation>, string]>([
    ['the node does not work: a young agent has seen nothing yet', {}, 'does not work'],
    ['the node takes the volume', { isHealthy: true, volumes: [volume(2, { attachedTo: 'i-1' })] }, 'a takes vol-2'],
  ])('waits while %s', (_, over, because) => {
    expect(next({ record: running(), report: well, ...over })).toMatchObject({
      do: 'wait',
      because: expect.stringContaining(because),
    });
  });
});

describe('a restore that does not help', () => {
  const snapshots = [snapshot('x', HOUR), snapshot('y', 2 * HOUR)];
  const again = { ...asking, volumeId: 'vol-2', generation: 2 };
  const volumes = [volume(1), volume(2, { attachedTo: 'i-1' })];
  const second = { triedAt: iso(0), tried: ['snap-x'], snapshotId: 'snap-y', generation: 3, volumeId: null };
  test('blames the snapshot and tries the next one', () => {
    expect(next({ record: made, report: again, volumes, snapshots })).toMatchObject({
      do: 'markBad',
      snapshotId: 'snap-x',
      record: second,
    });
  });
  test('does not blame it when the new volume fails as a whole', () => {
    const report = { ...again, trouble: 'gone' as const };
    expect(next({ record: made, report, volumes, snapshots })).toMatchObject({ do: 'record', record: second });
  });
  test('ends after three of them', () => {
    const tried = ['snap-v', 'snap-w'];
    const record = { ...made, tried };
    const step = next({ record, report: again, volumes, snapshots });
    expect(step).toMatchObject({ do: 'markBad', record: { state: 'given-up', tried: [...tried, 'snap-x'] } });
    expect(next({ record: { ...made, tried: ['snap-v'] }, report: again, volumes, snapshots })).toMatchObject({
      record: { state: 'running', snapshotId: 'snap-y' },
    });
  });
});

describe('what a restore builds on may vanish', () => {
  const snapshots = [snapshot('y', 2 * HOUR)];
  const second = { tried: ['snap-x'], snapshotId: 'snap-y' };
  test('the snapshot: the next one is tried, unless the volume is made already', () => {
    expect(next({ record: running(), snapshots })).toMatchObject({ do: 'record', record: second });
    expect(next({ record: running(), snapshots, volumes: [volume(2)] })).toMatchObject({
      record: { volumeId: 'vol-2' },
    });
  });
  test('the volume: the next one is tried, when EC2 has had a minute to know of it', () => {
    const lost = (triedMs: number, report = asking) =>
      next({ record: { ...made, triedAt: iso(-triedMs) }, snapshots, report });
    expect(lost(MINUTE)).toMatchObject({ do: 'wait' });
    expect(lost(MINUTE + 1)).toMatchObject({ do: 'record', record: second });
    expect(lost(MINUTE + 1, mounted)).toMatchObject({ do: 'wait' });
  });
});

describe('a clock that is ahead', () => {
  const tenMinutesAhead = storageReport({
    at: iso(10 * MINUTE),
    needsVolume: { since: iso(9 * MINUTE), because: 'the WAL is gone' },
  });
  const takes = (over: Partial<RestoreSituation>): string | null | undefined => {
    const step = next(over);
    return step.do === 'record' ? step.record.snapshotId : undefined;
  };

  test('makes no snapshot from after the damage a good one', () => {
    const snapshots = [snapshot('after', 30_000), snapshot('before', 20 * MINUTE)];
    expect(takes({ report: tenMinutesAhead, snapshots })).toBe('snap-before');
  });

  test('and a clock that is right costs no snapshot', () => {
    const snapshots = [snapshot('newest', 61_000), snapshot('before', 20 * MINUTE)];
    expect(takes({ report: asking, snapshots })).toBe('snap-newest');
  });
});
