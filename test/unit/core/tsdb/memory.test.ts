import type { Finding } from '../../../../lib/core/tsdb/corruption';
import { remember } from '../../../../lib/core/tsdb/inventory';
import { judgeAgainstState, judgeMissingLog, type Retention } from '../../../../lib/core/tsdb/memory';
import type { ScrubPass, SeenBlock, SeenSegment } from '../../../../lib/core/tsdb/seen';
import { A, B, block, C, checkpoint, HOUR, meta, seen, segment } from './pass';

const FOREVER: Retention = { retentionMs: null, bySize: false };
const memoryOf = (pass: ScrubPass) => remember(null, pass, new Set(), null);
const compare = (before: ScrubPass, now: ScrubPass, retention = FOREVER) =>
  judgeAgainstState(memoryOf(before), now, retention);
const brief = (findings: readonly Finding[]) =>
  findings.map(({ class: corruption, path, span }) => [
    corruption,
    path,
    span === null ? null : [span.from / HOUR, span.to / HOUR],
  ]);

describe('a segment', () => {
  const missed = (before: readonly SeenSegment[], now: readonly SeenSegment[]) =>
    brief(compare(seen(before), seen(now)).findings);
  test('that has as much as before, or more, is in order', () => {
    expect(missed([segment(0), segment(1)], [segment(0), segment(1, { bytes: 1_000_001 })])).toEqual([]);
  });
  test.each<[string, Partial<SeenSegment>]>([
    ['fewer bytes', { bytes: 999_999 }],
    ['zeros at its end', { zerosFrom: 5 }],
    ['a record cut off that was whole', { tornAt: 5 }],
    ['another beginning', { begin: { bytes: 64, crc: 99 } }],
  ])('that has %s has lost records since the segment before it', (_, over) => {
    expect(missed([segment(0), segment(1)], [segment(0), segment(1, over)])).toEqual([
      ['wal-shrunk', 'wal/00000001', [0, 1]],
    ]);
    expect(missed([segment(3)], [segment(3, over)])).toEqual([['wal-shrunk', 'wal/00000003', [0, 3]]]);
  });
  test('of which more is known now than the beginning of then is the same one', () => {
    const short = segment(0, { begin: { bytes: 10, crc: 77 }, bytes: 10 });
    expect(missed([short], [segment(0)])).toEqual([]);
  });
  test('that was empty may go', () => {
    expect(missed([segment(0), segment(1, { bytes: 0 })], [segment(0)])).toEqual([]);
  });
  test('at the end of the log may not go; a gap before the end is told without a memory', () => {
    expect(missed([segment(0), segment(1)], [segment(0)])).toEqual([['wal-shrunk', 'wal/00000001', [0, 1]]]);
    expect(missed([segment(0), segment(1), segment(2)], [segment(0), segment(2)])).toEqual([]);
    expect(missed([segment(0)], [])).toEqual([['wal-shrunk', 'wal/00000000', [0, 0]]]);
  });
  test('may go when a checkpoint stands for it', () => {
    const before = seen([segment(0), segment(1), segment(2)]);
    expect(compare(before, seen([], {}, checkpoint(2))).findings).toEqual([]);
    expect(brief(compare(before, seen([], {}, checkpoint(1))).findings)).toEqual([
      ['wal-shrunk', 'wal/00000002', [0, 2]],
    ]);
  });
  test('of the other log is looked for there', () => {
    const wbl = (...segments: SeenSegment[]) => ({ path: 'wbl', segments, checkpoint: null });
    const before = seen([segment(0)], { wbl: wbl(segment(0, {}, 'wbl'), segment(1, {}, 'wbl')) });
    const now = compare(before, seen([segment(0)], { wbl: wbl(segment(0, {}, 'wbl')) }));
    expect(brief(now.findings)).toEqual([['wal-shrunk', 'wbl/00000001', [0, 1]]]);
    expect([...now.suspect]).toEqual(['wbl/00000001']);
  });
  test('that cannot be read is not missed', () => {
    const unreadable = [{ path: 'wal/00000001', code: 'EIO' }];
    const now = compare(seen([segment(0), segment(1)]), seen([segment(0)], { unreadable }));
    expect([now.findings, [...now.suspect]]).toEqual([[], []]);
  });
});

describe('a segment of a checkpoint', () => {
  const path = 'wal/checkpoint.00000001';
  const of = (...indexes: number[]) => ({ path, index: 1, segments: indexes.map((i) => segment(i, {}, path)) });
  const missed = (...left: number[]) =>
    brief(compare(seen([segment(2)], {}, of(0, 1)), seen([segment(2)], {}, of(...left))).findings);
  test('at its end may not go; a gap before the end is told without a memory', () => {
    expect(missed(0)).toEqual([['wal-shrunk', `${path}/00000001`, null]]);
    expect(missed(1)).toEqual([]);
    expect(missed(0, 1)).toEqual([]);
  });
  test('goes with its checkpoint when there is a newer one, or none', () => {
    const before = seen([segment(2)], {}, of(0, 1));
    expect(compare(before, seen([segment(2), segment(3)], {}, checkpoint(2))).findings).toEqual([]);
    expect(compare(before, seen([segment(2)])).findings).toEqual([]);
  });
});

describe('a block', () => {
  const blocks = (...all: SeenBlock[]) => seen([], { blocks: all });
  const before = blocks(block(A, 0), block(B, 2));
  const gone = [['block-vanished', A, [0, 2]]];
  test('that is gone is told with its time', () => {
    const now = compare(before, blocks(block(B, 2)));
    expect(brief(now.findings)).toEqual(gone);
    expect([...now.suspect]).toEqual([A]);
  });
  test.each<[string, SeenBlock]>([
    ['was compacted into another one', block(C, 0, { meta: meta(0, { parents: [A, B] }) })],
    ['has its sources in another one', block(C, 0, { meta: meta(0, { sources: [A, C] }) })],
  ])('may go when it %s', (_, other) => {
    expect(compare(before, blocks(block(B, 2), other)).findings).toEqual([]);
  });
  test('may not go for one that has only a part of its sources', () => {
    const both = block(A, 0, { meta: meta(0, { sources: [A, B] }) });
    const part = block(C, 0, { meta: meta(0, { sources: [A] }) });
    expect(brief(compare(blocks(both), blocks(part)).findings)).toEqual(gone);
  });
  test('of which no sources are known is held by no other', () => {
    const unknown = block(A, 0, { meta: meta(0, { sources: [] }) });
    expect(brief(compare(blocks(unknown, block(B, 2)), blocks(block(B, 2))).findings)).toEqual(gone);
  });
  test('may go when compaction had emptied it', () => {
    const emptied = block(A, 0, { meta: meta(0, { deletable: true }) });
    expect(compare(blocks(emptied), blocks(block(B, 2))).findings).toEqual([]);
  });
  test('may go out of retention, which counts from the end of the newest block', () => {
    // A ends at 2 h, the newest at 4 h.
    const after = (retentionMs: number) =>
      brief(compare(before, blocks(block(B, 2)), { retentionMs, bySize: false }).findings);
    expect(after(2 * HOUR)).toEqual([]);
    expect(after(2 * HOUR + 1)).toEqual(gone);
  });
  test('may go when it is the oldest and the size is limited', () => {
    const bySize = { retentionMs: null, bySize: true };
    const left = (...hours: number[]) => blocks(...hours.map((h, i) => block([B, C][i]!, h)));
    const three = blocks(block(A, 0), block(B, 2), block(C, 4));
    expect(compare(three, left(2, 4), bySize).findings).toEqual([]);
    // None is left to say that it was the oldest.
    expect(brief(compare(blocks(block(A, 0)), left(), bySize).findings)).toEqual([...gone]);
    expect(brief(compare(blocks(block(A, 0), block(C, 4)), left(0, 4), bySize).findings)).toEqual([...gone]);
  });
  test('whose file has less than before is corrupted where it ends now', () => {
    const file = (bytes: number) => blocks(block(A, 0, { files: [{ path: `${A}/index`, bytes }] }));
    expect(compare(file(500), file(400)).findings).toMatchObject([
      { class: 'block-content', path: `${A}/index`, offset: 400, span: { from: 0, to: 2 * HOUR } },
    ]);
    expect(compare(file(500), file(500)).findings).toEqual([]);
    const renamed = blocks(block(A, 0, { files: [{ path: `${A}/other`, bytes: 1 }] }));
    expect(compare(file(500), renamed).findings).toEqual([]);
  });
});

describe('the WAL as a whole', () => {
  const missing = (before: ScrubPass | null, now: ScrubPass) =>
    judgeMissingLog(before === null ? null : memoryOf(before), now).map((f) => [f.class, f.path]);
  const none = seen([], { wal: null });
  const file = { path: 'chunks_head/000001', index: 1, bytes: 9, modified: 0, begin: { bytes: 0, crc: 0 } };
  const head = { headChunks: [{ ...file, header: 'good' as const, spots: [] }] };
  test('is gone when it is remembered, or when the head has chunks', () => {
    expect(missing(seen([segment(0)]), none)).toEqual([['wal-missing', 'wal']]);
    expect(missing(seen([segment(0)]), seen([]))).toEqual([['wal-missing', 'wal']]);
    expect(missing(null, { ...none, ...head })).toEqual([['wal-missing', 'wal']]);
  });
  test('is there with a segment or a checkpoint', () => {
    expect(missing(seen([segment(0)]), seen([segment(5)]))).toEqual([]);
    expect(missing(seen([segment(0)]), seen([], {}, checkpoint(1)))).toEqual([]);
  });
  test('never was there on a new volume', () => {
    expect(missing(null, none)).toEqual([]);
    expect(missing(null, { ...none, headChunks: null })).toEqual([]);
    expect(missing(seen([segment(0, { bytes: 0 })]), none)).toEqual([]);
    const wbl = { path: 'wbl', segments: [segment(0, {}, 'wbl')], checkpoint: null };
    expect(missing(seen([], { wbl }), none)).toEqual([]);
  });
});
