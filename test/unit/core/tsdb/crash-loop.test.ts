import { crashLoop, loopFinding, type Exit } from '../../../../lib/core/tsdb/crash-loop';
import { CORRUPTION_GROUPS } from '../../../../lib/core/tsdb/groups';
import { KINDS, nodesByGroup } from '../../../../lib/core/tsdb/corruption';
import { followReplay, isStuck } from '../../../../lib/core/tsdb/replay';

const NOW = 10_000_000;
const exits = (how: string, more: Partial<Exit> = {}, n = 3): Exit[] =>
  Array.from({ length: n }, (_, i) => ({ at: NOW - 60_000 + i * 10_000, how, wasReady: false, ...more }));
const log = (err: string): string =>
  `half a line"}\n${JSON.stringify({ level: 'INFO', msg: 'Starting' })}\n${JSON.stringify({ level: 'ERROR', msg: 'Fatal error', err })}\n`;
const STORAGE = 'opening storage failed: repair corrupted WAL: cannot handle error';

describe('a Prometheus that ends again and again before it is ready', () => {
  test('stumbles over its storage, as its log says', () => {
    expect(crashLoop(exits('exit code 1'), log(STORAGE), NOW)).toEqual({
      says: `Prometheus ended 3 times in a row before it was ready: ${STORAGE}`,
      ofStorage: true,
      block: null,
    });
  });
  test('or over one block, which is what is quarantined then, and not the head', () => {
    const ulid = '01ARYQXJ9DZ4VZ3RGYV2Z3X9NE';
    const error = `opening storage failed: corrupted block ${ulid}: open chunks: invalid magic number 0`;
    const loop = crashLoop(exits('exit code 1'), log(error), NOW)!;
    expect(loop).toMatchObject({ ofStorage: true, block: ulid });
    expect(loopFinding(loop, false)).toMatchObject({ path: ulid, repair: 'quarantine-block' });
    const full = crashLoop(exits('exit code 1'), log(`${error}: input/output error`), NOW)!;
    expect(loopFinding(full, false)).toMatchObject({ ifStarted: 'harmless', repair: 'none' });
  });
  test.each([
    ['a full disk', 'opening storage failed: write /data/wal/00000004: no space left on device'],
    ['a volume that is read-only', 'opening storage failed: mkdir /data/wal: read-only file system'],
    ['another process', 'opening storage failed: lock DB directory: resource temporarily unavailable'],
    ['its configuration', 'open live/prometheus.yml: no such file or directory'],
  ])('or over %s, for which nothing is quarantined', (_, error) => {
    expect(crashLoop(exits('exit code 1'), log(error), NOW)).toEqual({
      says: expect.stringContaining(error),
      ofStorage: false,
      block: null,
    });
  });
  test('or is killed, whatever its log said before', () => {
    expect(crashLoop(exits('signal SIGKILL'), log(STORAGE), NOW)).toEqual({
      says: 'Prometheus ended 3 times in a row before it was ready: signal SIGKILL',
      ofStorage: false,
      block: null,
    });
  });
  const panic = (where: string): string =>
    `${log('open live/prometheus.yml: an older one')}panic: runtime error: slice bounds out of range [:9]\n\ngoroutine 1 [running]:\n${where}\n`;
  test('or panics over its storage, as the stack says', () => {
    expect(
      crashLoop(exits('exit code 2'), panic('github.com/prometheus/prometheus/tsdb/wlog.(*Reader).next(0xc0)'), NOW),
    ).toEqual({
      says: 'Prometheus ended 3 times in a row before it was ready: panic: runtime error: slice bounds out of range [:9]',
      ofStorage: true,
      block: null,
    });
    expect(
      crashLoop(exits('exit code 2'), panic('github.com/prometheus/prometheus/rules.NewGroup(0xc0)'), NOW),
    ).toMatchObject({
      ofStorage: false,
    });
  });
  test('parts with its head and then with its volume over its storage, and with neither over anything else', () => {
    const loop = crashLoop(exits('exit code 1'), log(STORAGE), NOW)!;
    expect(loopFinding(loop, false)).toMatchObject({ ifStarted: 'refuses', repair: 'quarantine-head' });
    expect(loopFinding(loop, true)).toMatchObject({ ifStarted: 'refuses', repair: 'none' });
    const killed = crashLoop(exits('signal SIGKILL'), log(STORAGE), NOW)!;
    expect(loopFinding(killed, false)).toMatchObject({ ifStarted: 'harmless', repair: 'none' });
  });
  test.each([
    ['twice is not yet a loop', exits('exit code 1', {}, 2)],
    ['a clean crash of one that was ready is none', exits('signal SIGKILL', { wasReady: true })],
    ['what was long ago is none', exits('exit code 1', { at: NOW - 600_001 })],
  ])('%s', (_, before) => expect(crashLoop(before, log(STORAGE), NOW)).toBeNull());
});

describe('a replay', () => {
  const seen = (segment: number | null, ticks: number): { segment: number | null; ticks: number } => ({
    segment,
    ticks,
  });
  test('is slow while it reads on or computes', () => {
    let replay = followReplay(null, 7, seen(1, 100), 0);
    replay = followReplay(replay, 7, seen(2, 100), 100_000);
    expect(replay.movedAt).toBe(100_000);
    replay = followReplay(replay, 7, seen(2, 110), 200_000);
    expect(isStuck(replay, 319_999)).toBe(false);
  });
  test('is stuck when it does neither for two minutes; answering a question is no progress', () => {
    let replay = followReplay(null, 7, seen(null, 100), 0);
    for (let ticks = 101; ticks < 110; ticks += 1) replay = followReplay(replay, 7, seen(null, ticks), 110_000);
    expect(isStuck(replay, 120_000)).toBe(true);
    expect(isStuck(followReplay(replay, 8, seen(null, 0), 120_000), 120_000)).toBe(false);
  });
});

test('every class of corruption belongs to a group, and nodes are counted once for each', () => {
  for (const kind of Object.keys(KINDS)) {
    const [[group, count], ...rest] = [...nodesByGroup([[{ class: kind }], []])] as [[string, number]];
    expect(Object.keys(CORRUPTION_GROUPS)).toContain(group);
    expect([count, rest]).toEqual([1, []]);
  }
  const counts = nodesByGroup([
    [{ class: 'wal-corrupt' }, { class: 'checkpoint-corrupt' }, { class: 'crash-loop' }],
    [{ class: 'wal-corrupt' }],
    [{ class: 'of a newer agent' }],
  ]);
  expect(Object.fromEntries(counts)).toEqual({ 'tsdb-corrupt': 2, 'crash-loop': 1 });
});
