import { finding, harmsData, type DamageClass, type Finding, type Mend } from '../../../../lib/core/tsdb/damage';
import { remember } from '../../../../lib/core/tsdb/inventory';
import { planMends } from '../../../../lib/core/tsdb/mend';
import { A, B, block, meta, seen } from './pass';

const found = (mend: Mend, path: string | null, over: Partial<Finding> = {}): Finding => ({
  ...finding('wal-corrupt', { path }, `${mend} ${path}`),
  ifStarted: 'harmless',
  mend,
  ...over,
});
const inventory = remember(null, seen([], { blocks: [block(A, 0, { meta: meta(0) })] }), new Set(), null);
const plan = (...findings: Finding[]) => planMends(findings, inventory).map(({ because: _, ...step }) => step);

describe('what mends a TSDB', () => {
  test.each<[Mend, string | null, object[]]>([
    ['none', 'wal/00000001', []],
    ['rewrite-segment', 'wal/00000001', [{ do: 'rewrite-segment', path: 'wal/00000001' }]],
    ['rewrite-segment', null, []],
    ['fill-gap', 'wal/00000001', [{ do: 'fill-gap', path: 'wal/00000001' }]],
    ['stand-in-checkpoint', 'wal/checkpoint.1', [{ do: 'stand-in-checkpoint', path: 'wal/checkpoint.1' }]],
    ['renumber-segments', 'wal/00000001', [{ do: 'renumber-segments' }]],
    ['set-aside-head', null, [{ do: 'set-aside-head' }]],
    ['set-aside-head-chunks', 'chunks_head/000012', [{ do: 'set-aside-head-chunks', from: 12 }]],
    ['set-aside-tombstones', `${A}/tombstones`, [{ do: 'set-aside-tombstones', ulid: A }]],
    ['set-aside-block', `${A}/index`, [{ do: 'set-aside-block', ulid: A }]],
    ['set-aside-block', A, [{ do: 'set-aside-block', ulid: A }]],
    ['restore-meta', `${A}/meta.json`, [{ do: 'restore-meta', ulid: A, text: meta(0).text }]],
  ])('%s of %s', (mend, path, steps) => expect(plan(found(mend, path))).toEqual(steps));

  test('is done once for each thing, whatever was found', () => {
    const twice = [found('set-aside-block', `${A}/index`), found('set-aside-block', `${A}/chunks/000001`)];
    expect(plan(...twice, found('set-aside-block', `${B}/index`))).toEqual([
      { do: 'set-aside-block', ulid: A },
      { do: 'set-aside-block', ulid: B },
    ]);
  });

  test('leaves out what is in a block that is set aside', () => {
    const [tombstones, whole] = [
      found('set-aside-tombstones', `${A}/tombstones`),
      found('set-aside-block', `${A}/index`),
    ];
    expect(plan(tombstones, whole)).toEqual([{ do: 'set-aside-block', ulid: A }]);
    expect(plan(tombstones, found('set-aside-block', `${B}/index`))).toHaveLength(2);
  });

  test('sets chunks of the head aside from the lowest damaged file on, after the rest', () => {
    const chunks = (index: number) => found('set-aside-head-chunks', `chunks_head/00000${index}`);
    expect(plan(chunks(5), chunks(3), chunks(4), found('rewrite-segment', 'wal/00000001'))).toEqual([
      { do: 'rewrite-segment', path: 'wal/00000001' },
      { do: 'set-aside-head-chunks', from: 3 },
    ]);
  });

  test('ends with a guard of the numbers of series, where some may be lost', () => {
    const guard = found('guard-references', 'wal', { ifStarted: 'incomplete' });
    expect(plan(guard, found('set-aside-block', `${A}/index`))).toEqual([
      { do: 'set-aside-block', ulid: A },
      { do: 'guard-references' },
    ]);
    expect(plan(found('set-aside-block', `${A}/index`, { ifStarted: 'refuses' }))).toHaveLength(1);
  });
});

test('a person must know of all damage but of a record that a crash cut off', () => {
  const harms = (damage: DamageClass) => harmsData(finding(damage, { path: null }, ''));
  expect([harms('wal-torn-tail'), harms('wal-corrupt')]).toEqual([false, true]);
});
