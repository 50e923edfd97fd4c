import { judge, type JudgeContext } from '../../../../lib/core/tsdb/judge';
import type { ScrubPass } from '../../../../lib/core/tsdb/seen';
import { A, B, block, C, classes, look, meta, RUNNING, seen, segment, STOPPED } from './pass';

describe('blocks on disk that Prometheus has not loaded', () => {
  const MINUTE = 60_000;
  const blocks = [block(A, 0), block(B, 2)];
  /** Looks at once and again three minutes later, less `earlier` ms. */
  const found = (blocksLoaded: number | null, over: Partial<ScrubPass> = {}, earlier = 0, context = RUNNING) => {
    const pass = seen([segment(0)], { blocks, ...over });
    const later = { ...pass, at: pass.at + 3 * MINUTE - earlier };
    return classes(look({ ...context, blocksLoaded } satisfies JudgeContext, pass, later));
  };
  test('are told of after three minutes', () => {
    expect(found(1)).toEqual(['block-not-loaded']);
    expect(found(1, {}, 1)).toEqual([]);
  });
  test('are none when it has them all, or more', () => {
    expect([found(2), found(3)]).toEqual([[], []]);
  });
  test('are not counted while nobody says how many it has', () => {
    expect(found(null)).toEqual([]);
    expect(found(1, {}, 0, STOPPED)).toEqual([]);
  });
  test('are not those that it is about to delete, nor those without a meta.json, which are told of as such', () => {
    const emptied = block(C, 4, { meta: meta(4, { deletable: true }) });
    expect(found(2, { blocks: [...blocks, emptied] })).toEqual([]);
    const blind = block(C, 4, { meta: { problem: 'is empty' } });
    expect(found(2, { blocks: [...blocks, blind] })).toEqual(['block-meta']);
  });
  test('are counted anew when it had them all in between', () => {
    const pass = (minutes: number) => ({ ...seen([segment(0)], { blocks }), at: minutes * MINUTE });
    const at = (minutes: number, blocksLoaded: number, before = judge(null, pass(0), RUNNING).inventory) =>
      judge(before, pass(minutes), { ...RUNNING, blocksLoaded });
    const again = at(4, 1, at(2, 2, at(1, 1).inventory).inventory);
    expect([again.findings, again.inventory.notLoadedSince]).toEqual([[], new Date(4 * MINUTE).toISOString()]);
  });
});

test('one finding of each kind for a file is enough: the first', () => {
  const spots = [7, 9].map((offset) => ({ offset, what: 'wrong' }));
  const { findings } = look(STOPPED, seen([segment(0, { spots, tornAt: 20 }), segment(1, { spots, tornAt: 20 })]));
  expect(findings.map((f) => [f.class, f.path, f.offset])).toEqual([
    ['wal-corrupt', 'wal/00000000', 7],
    ['wal-corrupt', 'wal/00000001', 7],
    ['wal-torn-tail', 'wal/00000001', 20],
  ]);
});

test('a head without a directory of chunks is in order', () => {
  expect(look(STOPPED, seen([segment(0)], { headChunks: null })).findings).toEqual([]);
});

test('what cannot be read is named', () => {
  const unreadable = [{ path: 'x', code: 'EIO' }];
  expect(look(STOPPED, seen([], { unreadable })).findings).toMatchObject([{ class: 'volume-unreadable', path: 'x' }]);
});
