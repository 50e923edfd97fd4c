import { planHistory, thanosMeta, type BucketMeta, type ForeignBlock } from '../../../../lib/core/import/history';

const LABELS = { cluster: 'c', replica: 'imported', shard: '0' };
const block = (ulid: string, minTime: number, over: Partial<ForeignBlock> = {}): ForeignBlock => ({
  ulid,
  minTime,
  maxTime: minTime + 10,
  samples: 1,
  deleted: 0,
  sources: [ulid],
  damage: [],
  ...over,
});
const there = (ulid: string, minTime: number, over: Partial<BucketMeta> = {}): BucketMeta => ({
  ulid,
  minTime,
  maxTime: minTime + 10,
  sources: [ulid],
  labels: LABELS,
  ...over,
});
const fates = (blocks: ForeignBlock[], bucket: BucketMeta[]): string[] =>
  planHistory(blocks, bucket, LABELS).map(({ block: { ulid }, fate }) => `${ulid} ${fate}`);

test('blocks are uploaded oldest first; the end of one may be the beginning of the next', () => {
  expect(fates([block('b', 10), block('a', 0)], [])).toEqual(['a upload', 'b upload']);
});

test('what is there is not sent again, not even where the compactor made another block of it', () => {
  const compacted = there('x', 0, { maxTime: 20, sources: ['a', 'b'] });
  const old = [block('a', 0), block('b', 10), block('ab', 0, { sources: ['a', 'b'], maxTime: 20 }), block('c', 20)];
  expect(fates(old, [compacted])).toEqual(['a there', 'ab there', 'b there', 'c upload']);
  // Half of it is not all of it.
  expect(fates([block('az', 0, { sources: ['a', 'z'], maxTime: 30 })], [compacted])).toEqual(['az refused']);
});

test('of the nodes themselves at the same time nothing is taken for it', () => {
  expect(fates([block('a', 0)], [there('a', 0, { labels: { ...LABELS, replica: 'prometheus-1' } })])).toEqual([
    'a upload',
  ]);
});

test('what overlaps in one stream would stop the compactor', () => {
  expect(fates([block('a', 0), block('b', 5)], [])).toEqual(['a upload', 'b refused']);
  expect(fates([block('b', 5)], [there('x', 0)])).toEqual(['b refused']);
});

test('what is damaged is refused, and in nobody’s way', () => {
  expect(fates([block('a', 0, { damage: ['bad'] }), block('b', 5)], [])).toEqual(['a refused', 'b upload']);
});

test('what was deleted must not be back: blocks without tombstones are asked for', () => {
  expect(fates([block('a', 0, { deleted: 2 })], [])).toEqual(['a refused']);
});

test('meta.json keeps what Prometheus wrote', () => {
  const meta: unknown = JSON.parse(thanosMeta({ ulid: 'a', stats: { numSamples: 3 } }, LABELS, { index: 7 }));
  expect(meta).toEqual({
    ulid: 'a',
    stats: { numSamples: 3 },
    thanos: {
      version: 1,
      labels: LABELS,
      downsample: { resolution: 0 },
      source: 'import',
      files: [{ rel_path: 'index', size_bytes: 7 }, { rel_path: 'meta.json' }],
    },
  });
});
