import { TOGETHER } from '../../../../lib/core/audit/audit-report';
import { extendTrack, type Track } from '../../../../lib/core/audit/track';
import { at, downTrack, examine, S, target, track, view } from './fixtures';

const whole = track(-5, 305);
const two = (tracks: Parameters<typeof view>[1]) => [view('r1', tracks), view('r2', tracks)];

test('nothing to look at is whole: no targets, no views, a target that nobody knows', () => {
  expect(examine({ targets: [], replicas: two({ a: whole }) })).toMatchObject({ verdict: 'whole', targets: [] });
  expect(examine({ olderData: false })).toMatchObject({ verdict: 'whole', targets: [], notes: [] });
  expect(examine({ replicas: two({ b: whole }) }).targets).toEqual([]);
});

test('what could not be seen is said, first', () => {
  const young = { a: track(60, 300) };
  const report = examine({
    replicas: two(young),
    olderData: false,
    notes: ['r3 does not answer.'],
    unseenReplicas: ['r3'],
  });
  expect(report.notes).toEqual(['r3 does not answer.', expect.stringContaining('Nothing older than')]);
  expect(report.unseenReplicas).toEqual(['r3']);
  expect(examine({}).unseenReplicas).toEqual([]);
});

describe('a cluster is young', () => {
  const notes = (firstS: number, olderData = false) =>
    examine({ replicas: [view('r1', { a: track(firstS, 300) })], olderData }).notes;
  test('when its first sample comes more than a quarter of a minute after the beginning', () => {
    expect(notes(15)).toEqual([]);
    expect(notes(16)).toHaveLength(1);
  });
  test('and nobody has older data', () => expect(notes(16, true)).toEqual([]));
  test('by the earliest of all views, Thanos included', () => {
    const replicas = [view('r1', { a: track(100, 300), b: track(90, 300) })];
    const thanos = view('Thanos', { a: track(80, 300) });
    expect(examine({ replicas, thanos, olderData: false }).notes).toEqual([expect.stringContaining('03:01:20')]);
  });
});

test('of targets that miss as much as each other the order is that of their names', () => {
  const replicas = two({ a: whole, b: whole, c: whole });
  const keys = (...order: string[]) => examine({ targets: order.map(target), replicas }).targets.map((t) => t.key);
  expect(keys('c', 'a', 'b')).toEqual(['a', 'b', 'c']);
  expect(keys('b', 'c', 'a')).toEqual(['a', 'b', 'c']);
});

test('of two that replicas hide, the one that misses more in all of them comes first', () => {
  const replicas = [
    view('r1', { a: track(0, 300, [[10, 13]]), b: track(0, 300, [[10, 12]]), c: whole }),
    view('r2', { a: whole, b: track(0, 300, [[50, 52]]), c: whole }),
  ];
  const report = examine({ targets: ['a', 'b', 'c'].map(target), replicas });
  expect(report.targets.map((t) => t.key)).toEqual(['b', 'a', 'c']);
});

describe('a replica that keeps samples for a shorter time', () => {
  const short = (keepsSince: number, from = 100) =>
    examine({
      replicas: [view('r1', { a: track(from, 300) }, { keepsSince: at(keepsSince) }), view('r2', { a: whole })],
    }).targets[0]!;

  test('is not asked for what it deleted on purpose', () => {
    expect(short(100)).toMatchObject({
      verdict: 'whole',
      replicas: [
        { view: 'r1', expected: 200, missing: 0, gaps: [] },
        { view: 'r2', expected: 300 },
      ],
    });
  });
  test('is asked for what it should still have', () => {
    expect(short(100, 120)).toMatchObject({ verdict: 'hidden', replicas: [{ missing: 19 }, { missing: 0 }] });
  });
  test('and has all of it, where it keeps longer than is asked for, or has not begun', () => {
    expect(short(-50, -5).replicas[0]).toMatchObject({ expected: 300, missing: 0 });
    expect(short(400, -5).replicas[0]).toMatchObject({ expected: 0, missing: 0 });
  });
});

describe('what is down', () => {
  test('is counted for each view', () => {
    const replicas = [view('r1', { a: downTrack(0, 300) }), view('r2', { a: whole })];
    const { targets } = examine({ replicas, thanos: view('Thanos', { a: downTrack(0, 100) }) });
    expect(targets[0]!.replicas.map((r) => [r.present, r.down])).toEqual([
      [301, 301],
      [311, 0],
    ]);
    expect(targets[0]!.deduplicated).toMatchObject({ present: 101, down: 101 });
  });

  test('is, together, what the replica saw that has most samples', () => {
    const together = (...seen: [number, boolean][]) =>
      examine({
        replicas: seen.map(([to, down], i) => view(`r${i}`, { a: down ? downTrack(0, to) : track(0, to) })),
      }).targets[0]!.deduplicated;
    expect(together([300, true], [200, false])).toMatchObject({ view: TOGETHER, present: 300, down: 301 });
    expect(together([200, true], [300, false]).down).toBe(0);
    expect(together([300, true], [300, false]).down).toBe(301);
  });
});

describe('a target came or went', () => {
  const others = (a: [number, number], b: [number, number]) =>
    examine({ targets: ['a', 'b'].map(target), replicas: two({ a: track(...a), b: track(...b) }) }).targets.find(
      (t) => t.key === 'a',
    )!;

  test('when others were scraped more than a quarter of a minute before, or after', () => {
    expect(others([100, 300], [84, 300])).toMatchObject({ from: at(100), appeared: true });
    expect(others([100, 300], [85, 300])).toMatchObject({ from: at(0), appeared: false });
    expect(others([0, 200], [0, 216])).toMatchObject({ to: at(200), vanished: true });
    expect(others([0, 200], [0, 215])).toMatchObject({ to: at(300), vanished: false });
  });

  test('but not where it has samples up to the edges', () => {
    expect(others([1, 299], [-60, 360])).toMatchObject({ from: at(0), to: at(300), appeared: false, vanished: false });
  });
});

describe('an absence', () => {
  const absent = (a: [number, number], b = whole) =>
    examine({ targets: ['a', 'b'].map(target), replicas: two({ a: track(-5, 305, [a]), b }) }).targets.find(
      (t) => t.key === 'a',
    )!.absences;

  test('is longer than a quarter of a minute', () => {
    expect(absent([101, 114])).toEqual([]);
    expect(absent([101, 115])).toEqual([{ from: at(100), to: at(116) }]);
  });
  test('is seen by one that was scraped from its beginning to its end', () => {
    const gap = { from: at(100), to: at(141) };
    expect(absent([101, 140], track(100, 141))).toEqual([gap]);
    expect(absent([101, 140], track(101, 141))).toEqual([]);
    expect(absent([101, 140], track(100, 140))).toEqual([]);
  });
  test('lies between two times at which it was a target', () => {
    const tracks = { a: track(50, 250), b: whole };
    const [a] = examine({ targets: [target('a')], replicas: two(tracks) }).targets;
    expect(a).toMatchObject({ appeared: true, vanished: true, absences: [] });
  });
});

describe('a target that is discovered', () => {
  const found = (later: number): ReturnType<typeof examine> =>
    examine({
      targets: [{ ...target('a'), foundWithinMs: 61 * S }, target('b')],
      replicas: [
        view('r1', { a: track(100, 300), b: track(-5, 305) }),
        view('r2', { a: track(later, 300), b: track(-5, 305) }),
      ],
    });
  test('later by one replica, within its refresh, is no gap', () => {
    const a = found(161).targets.find(({ key }) => key === 'a')!;
    expect(a).toMatchObject({ appeared: true, verdict: 'whole' });
    expect(a.replicas[1]).toMatchObject({ expected: 139, missing: 0, gaps: [] });
  });
  test('later than that is one', () => {
    expect(found(162).targets.find(({ key }) => key === 'a')).toMatchObject({ appeared: true, verdict: 'hidden' });
  });
});

describe('a slow target beside fast ones', () => {
  const HOUR = 3_600 * S;
  const slow = (samples: readonly number[]): Track =>
    extendTrack(
      null,
      samples.map((s) => ({ at: at(s), up: true })),
      HOUR,
      0,
    )!;
  test('does not say that others were no targets while nobody scraped them', () => {
    const both = { a: track(0, 300, [[100, 200]]), hourly: slow([-1_800, 1_800]) };
    const report = examine({
      targets: [target('a'), { ...target('hourly'), intervalMs: HOUR }],
      replicas: [view('r1', both), view('r2', both)],
    });
    expect(report.targets[0]).toMatchObject({ key: 'a', verdict: 'gaps', absences: [] });
    expect(report.targets[1]).toMatchObject({ key: 'hourly', verdict: 'whole' });
  });
});
