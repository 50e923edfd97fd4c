import { judgeBlock, judgeHeadChunks } from '../../../../lib/core/tsdb/blocks';
import type { SeenHeadChunks } from '../../../../lib/core/tsdb/seen';
import { A, block, HOUR, meta } from './pass';

describe('a block', () => {
  test('without a corrupted part is in order', () => expect(judgeBlock(block(A, 1), null)).toEqual([]));

  test.each([
    ['index', 'block-index', 'refuses to start'],
    ['chunk-files', 'block-chunk-files', 'refuses to start'],
    ['tombstones', 'block-tombstones', 'refuses to start'],
    ['chunk', 'block-content', 'queries that touch it fail'],
    ['index-entry', 'block-content', 'queries that touch it fail'],
  ] as const)('with a corrupted %s is found by the place and its time', (part, corruption, says) => {
    const spots = [{ part, path: `${A}/f`, offset: 7, what: 'wrong' }];
    expect(judgeBlock(block(A, 1, { spots }), null)).toMatchObject([
      {
        class: corruption,
        path: `${A}/f`,
        offset: 7,
        says: expect.stringContaining(says),
        span: { from: HOUR, to: 3 * HOUR },
      },
    ]);
  });

  describe('whose meta.json is unusable', () => {
    const blind = block(A, 1, { meta: { problem: 'is empty' } });
    const spots = [{ part: 'index' as const, path: `${A}/index`, offset: 0, what: 'wrong' }];
    const path = `${A}/meta.json`;
    test('gets it back when it was remembered', () => {
      expect(judgeBlock(blind, meta(1))).toMatchObject([
        { class: 'block-meta', path, repair: 'restore-meta', span: null },
      ]);
    });
    test('is quarantined when nothing remembers it', () => {
      expect(judgeBlock(blind, null)).toMatchObject([
        { class: 'block-meta', path, repair: 'quarantine-block', span: null },
      ]);
    });
    test('is quarantined when more of it is corrupted, and its time is known', () => {
      expect(judgeBlock({ ...blind, spots }, meta(1))).toMatchObject([
        { class: 'block-meta', path, repair: 'quarantine-block', span: { from: HOUR, to: 3 * HOUR } },
      ]);
    });
  });
});

describe('chunks of the head', () => {
  const file = (index: number, over: Partial<SeenHeadChunks> = {}): SeenHeadChunks => ({
    path: `chunks_head/00000${index}`,
    index,
    bytes: 100,
    modified: 0,
    begin: { bytes: 64, crc: 1 },
    header: 'good',
    spots: [],
    ...over,
  });
  const brief = (...files: SeenHeadChunks[]) => judgeHeadChunks(files).map((f) => [f.class, f.path, f.offset]);
  const spots = [{ offset: 40, what: 'wrong' }];

  test('are in order from any number on', () => expect(brief(file(4), file(5))).toEqual([]));
  test('have no gap', () => {
    expect(brief(file(1), file(3))).toEqual([['head-chunks-missing', 'chunks_head/000003', null]]);
  });
  test('have headers; Prometheus itself removes a last file without one', () => {
    const header = [['head-chunks-header', 'chunks_head/000001', 0]];
    expect(brief(file(1, { header: 'absent' }), file(2))).toEqual(header);
    expect(brief(file(1, { header: 'bad' }))).toEqual(header);
    expect(brief(file(1, { header: 'absent' }))).toEqual([]);
  });
  test('are found by each corrupted place, after a gap too', () => {
    expect(brief(file(1), file(3, { spots }))).toEqual([
      ['head-chunks-missing', 'chunks_head/000003', null],
      ['head-chunks-corrupt', 'chunks_head/000003', 40],
    ]);
  });
  test('of a file whose header is corrupted are not looked at; a gap before it is told all the same', () => {
    expect(brief(file(1), file(3, { header: 'bad', spots }))).toEqual([
      ['head-chunks-missing', 'chunks_head/000003', null],
      ['head-chunks-header', 'chunks_head/000003', 0],
    ]);
  });
});
