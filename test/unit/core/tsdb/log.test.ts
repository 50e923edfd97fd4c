import type { Finding } from '../../../../lib/core/tsdb/corruption';
import { judgeLog } from '../../../../lib/core/tsdb/log';
import type { SeenCheckpoint, SeenSegment } from '../../../../lib/core/tsdb/seen';
import { checkpoint, HOUR, segment } from './pass';

const SPOT = { offset: 7, what: 'the checksum of a record does not match' };
const EMPTY = { bytes: 0, records: 0 };
const judge = (
  segments: readonly SeenSegment[],
  newest: SeenCheckpoint | null = null,
  { running = false, unreadable = [] as string[], path = 'wal' } = {},
): Finding[] => judgeLog({ path, segments, checkpoint: newest }, { running, unreadable: new Set(unreadable) });
const brief = (findings: readonly Finding[]) => findings.map((f) => [f.class, f.path, f.offset]);
const hours = (from: number, to: number) => ({ from: from * HOUR, to: to * HOUR });

describe('a corrupted record', () => {
  test('is named by its place, and by the time in which its segment was written', () => {
    const found = judge([segment(0), segment(1, { spots: [SPOT, { ...SPOT, offset: 9 }] }), segment(2)]);
    expect(brief(found)).toEqual([
      ['wal-corrupt', 'wal/00000001', 7],
      ['wal-corrupt', 'wal/00000001', 9],
    ]);
    expect(found[0]!.span).toEqual(hours(0, 1));
    expect(judge([segment(0, { spots: [SPOT] })])[0]!.span).toBeNull();
  });

  test.each<[string, SeenSegment[], string]>([
    ['the rest of its segment', [], ''],
    ['and later segments', [segment(1), segment(2, { bytes: 2_500_000 })], ' and 2 later ones (3.5 MB)'],
    ['but empty ones do not count', [segment(1, EMPTY)], ''],
  ])('says what a start would delete: %s', (_, later, more) => {
    const [found] = judge([
      segment(0),
      segment(1, { spots: [SPOT] }),
      ...later.map((s) => ({ ...s, index: s.index + 1 })),
    ]);
    expect(found!.says.split('it deletes ')[1]).toBe(`the rest of this segment${more}`);
  });

  test('below the checkpoint is of no interest: Prometheus does not read it', () => {
    expect(judge([segment(0, { spots: [SPOT] }), segment(1, { spots: [SPOT] }), segment(2)], checkpoint(1))).toEqual(
      [],
    );
    expect(brief(judge([segment(1), segment(2, { spots: [SPOT] })], checkpoint(1)))).toEqual([
      ['wal-corrupt', 'wal/00000002', 7],
    ]);
  });
});

describe('a segment that is cut off', () => {
  test('as the last one with records is what a crash leaves', () => {
    const found = judge([segment(0), segment(1, { tornAt: 900 }), segment(2, EMPTY)]);
    expect(found).toMatchObject([{ class: 'wal-torn-tail', path: 'wal/00000001', offset: 900, span: null }]);
  });
  test('with records after it is corrupted', () => {
    const found = judge([segment(0), segment(1, { tornAt: 900 }), segment(2)]);
    expect(found).toMatchObject([{ class: 'wal-corrupt', path: 'wal/00000001', offset: 900, span: hours(0, 1) }]);
  });
  test('while Prometheus runs may only be the last one, which it is writing', () => {
    const torn = [segment(0), segment(1, { tornAt: 900 })];
    expect(judge(torn, null, { running: true })).toEqual([]);
    expect(brief(judge([...torn, segment(2)], null, { running: true }))).toEqual([
      ['wal-corrupt', 'wal/00000001', 900],
    ]);
  });
});

describe('a checkpoint', () => {
  const path = 'wal/checkpoint.00000001';
  test('that is corrupted or cut off is named by each place', () => {
    const bad = checkpoint(1, { spots: [SPOT], tornAt: 20 });
    expect(brief(judge([segment(2)], bad))).toEqual([
      ['checkpoint-corrupt', `${path}/00000000`, 7],
      ['checkpoint-corrupt', `${path}/00000000`, 20],
    ]);
  });
  test('is corrupted, not emptied, when it has no whole record left', () => {
    expect(brief(judge([segment(2)], checkpoint(1, { spots: [SPOT], records: 0 })))).toEqual([
      ['checkpoint-corrupt', `${path}/00000000`, 7],
    ]);
  });
  test('is emptied when none of its segments holds a record', () => {
    const of = (...records: number[]): SeenCheckpoint => ({
      path,
      index: 1,
      segments: records.map((n, i) => segment(i, { records: n }, path)),
    });
    expect(brief(judge([segment(2)], of(0, 0)))).toEqual([['checkpoint-emptied', path, null]]);
    expect(judge([segment(2)], of(5, 0))).toEqual([]);
  });
  test('may lack a segment of its own', () => {
    const gap = { path, index: 1, segments: [segment(0, {}, path), segment(2, {}, path)] };
    expect(brief(judge([segment(2)], gap))).toEqual([['wal-segment-missing', `${path}/00000001`, null]]);
  });
  test('is missed when the log begins later than with its first segments', () => {
    expect(brief(judge([segment(3), segment(4)]))).toEqual([['checkpoint-missing', 'wal/checkpoint.00000002', null]]);
    expect(judge([segment(3, {}, 'wbl')], null, { path: 'wbl' })).toEqual([]);
  });
});

describe('the order of segments', () => {
  const missing = (...args: Parameters<typeof judge>) =>
    judge(...args).map((f) => [f.path, f.span === null ? null : [f.span.from / HOUR, f.span.to / HOUR]]);
  test('has no gap: each missing one is named, with the time around it', () => {
    expect(missing([segment(0), segment(3)])).toEqual([
      ['wal/00000001', [0, 3]],
      ['wal/00000002', [0, 3]],
    ]);
  });
  test('begins with 0 where there is no checkpoint', () => {
    expect(missing([segment(1), segment(2)])).toEqual([['wal/00000000', null]]);
    expect(missing([segment(1, {}, 'wbl')], null, { path: 'wbl' })).toEqual([]);
  });
  test('begins after the checkpoint; what is left from before it must have no gap either', () => {
    expect(missing([segment(3)], checkpoint(1))).toEqual([['wal/00000002', null]]);
    expect(missing([segment(2), segment(3)], checkpoint(1))).toEqual([]);
    expect(missing([segment(0), segment(2)], checkpoint(1))).toEqual([['wal/00000001', [0, 2]]]);
  });
  test('counts a segment that cannot be read as there', () => {
    expect(judge([segment(0), segment(2)], null, { unreadable: ['wal/00000001'] })).toEqual([]);
    expect(judge([segment(0)], null, { unreadable: ['wal/00000001'] })).toEqual([]);
    expect(missing([segment(0)], null, { unreadable: ['wal/00000002'] })).toEqual([['wal/00000001', null]]);
    const others = ['wbl/00000009', 'wal/x00000009', 'wal/00000009.tmp', 'wal/checkpoint.00000009'];
    expect(judge([segment(0)], null, { unreadable: others })).toEqual([]);
  });
  test('of a log without any segment is in order', () => {
    expect(judge([])).toEqual([]);
  });
});

describe('a log that ends before its checkpoint', () => {
  test('is not read: what was written since is numbered anew', () => {
    const found = judge([segment(0, EMPTY), segment(1), segment(2)], checkpoint(2));
    expect(found).toMatchObject([
      { class: 'wal-behind-checkpoint', path: 'wal/00000001', repair: 'renumber-segments' },
    ]);
    expect(found[0]!.says).toContain('the 2 segments of wal');
  });
  test('and holds nothing gets the segment after it, since the next would not be read', () => {
    for (const segments of [[], [segment(0, EMPTY)]]) {
      expect(judge(segments, checkpoint(2))).toMatchObject([
        { class: 'wal-segment-missing', path: 'wal/00000003', ifStarted: 'destroys' },
      ]);
    }
  });
});
