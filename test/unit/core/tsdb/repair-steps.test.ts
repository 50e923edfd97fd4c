import {
  finding,
  harmsData,
  type CorruptionClass,
  type Finding,
  type RepairKind,
} from '../../../../lib/core/tsdb/corruption';
import { remember } from '../../../../lib/core/tsdb/inventory';
import { planRepairs } from '../../../../lib/core/tsdb/repair-steps';
import { A, B, block, meta, seen } from './pass';

const found = (repair: RepairKind, path: string | null, over: Partial<Finding> = {}): Finding => ({
  ...finding('wal-corrupt', { path }, `${repair} ${path}`),
  ifStarted: 'harmless',
  repair,
  ...over,
});
const inventory = remember(null, seen([], { blocks: [block(A, 0, { meta: meta(0) })] }), new Set(), null);
const plan = (...findings: Finding[]) => planRepairs(findings, inventory).map(({ because: _, ...step }) => step);

describe('what repairs a TSDB', () => {
  test.each<[RepairKind, string | null, object[]]>([
    ['none', 'wal/00000001', []],
    ['rewrite-segment', 'wal/00000001', [{ do: 'rewrite-segment', path: 'wal/00000001' }]],
    ['rewrite-segment', null, []],
    ['fill-gap', 'wal/00000001', [{ do: 'fill-gap', path: 'wal/00000001' }]],
    ['stand-in-checkpoint', 'wal/checkpoint.1', [{ do: 'stand-in-checkpoint', path: 'wal/checkpoint.1' }]],
    ['renumber-segments', 'wal/00000001', [{ do: 'renumber-segments' }]],
    ['quarantine-head', null, [{ do: 'quarantine-head' }]],
    ['quarantine-head-chunks', 'chunks_head/000012', [{ do: 'quarantine-head-chunks', from: 12 }]],
    ['quarantine-tombstones', `${A}/tombstones`, [{ do: 'quarantine-tombstones', ulid: A }]],
    ['quarantine-block', `${A}/index`, [{ do: 'quarantine-block', ulid: A }]],
    ['quarantine-block', A, [{ do: 'quarantine-block', ulid: A }]],
    ['restore-meta', `${A}/meta.json`, [{ do: 'restore-meta', ulid: A, text: meta(0).text }]],
  ])('%s of %s', (repair, path, steps) => expect(plan(found(repair, path))).toEqual(steps));

  test('is done once for each thing, whatever was found', () => {
    const twice = [found('quarantine-block', `${A}/index`), found('quarantine-block', `${A}/chunks/000001`)];
    expect(plan(...twice, found('quarantine-block', `${B}/index`))).toEqual([
      { do: 'quarantine-block', ulid: A },
      { do: 'quarantine-block', ulid: B },
    ]);
  });

  test('leaves out what is in a block that is quarantined', () => {
    const [tombstones, whole] = [
      found('quarantine-tombstones', `${A}/tombstones`),
      found('quarantine-block', `${A}/index`),
    ];
    expect(plan(tombstones, whole)).toEqual([{ do: 'quarantine-block', ulid: A }]);
    expect(plan(tombstones, found('quarantine-block', `${B}/index`))).toHaveLength(2);
  });

  test('sets chunks of the head aside from the lowest corrupted file on, after the rest', () => {
    const chunks = (index: number) => found('quarantine-head-chunks', `chunks_head/00000${index}`);
    expect(plan(chunks(5), chunks(3), chunks(4), found('rewrite-segment', 'wal/00000001'))).toEqual([
      { do: 'rewrite-segment', path: 'wal/00000001' },
      { do: 'quarantine-head-chunks', from: 3 },
    ]);
  });

  test('ends with a guard of the numbers of series, where some may be lost', () => {
    const guard = found('guard-references', 'wal', { ifStarted: 'incomplete' });
    expect(plan(guard, found('quarantine-block', `${A}/index`))).toEqual([
      { do: 'quarantine-block', ulid: A },
      { do: 'guard-references' },
    ]);
    expect(plan(found('quarantine-block', `${A}/index`, { ifStarted: 'refuses' }))).toHaveLength(1);
  });
});

test('a person must know of all corruption but of a record that a crash cut off', () => {
  const harms = (corruption: CorruptionClass) => harmsData(finding(corruption, { path: null }, ''));
  expect([harms('wal-torn-tail'), harms('wal-corrupt')]).toEqual([false, true]);
});
