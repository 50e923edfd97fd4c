import { filesOf, stillWanted } from '../../../../lib/core/backfill/block-restore';

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;
const RETENTION = 24 * HOUR;

describe('a block that a node lacks is still to be fetched from the bucket', () => {
  const block = { ulid: 'B1', minTime: NOW - 4 * HOUR, maxTime: NOW - 2 * HOUR, failures: 0 };
  const wanted = (over: Partial<typeof block> = {}, present: string[] = []) =>
    stillWanted({ ...block, ...over }, new Set(present), RETENTION, NOW);

  test.each([
    ['as long as it is not there', wanted({}, ['B2'])],
    ['until its end is out of retention', wanted({ maxTime: NOW - RETENTION })],
    ['after two copies that were not whole', wanted({ failures: 2 })],
  ])('%s', (_, got) => expect(got).toEqual({ wanted: true }));

  test.each([
    ['it is there', wanted({}, ['B1']), 'it is there'],
    ['it is out of retention', wanted({ maxTime: NOW - RETENTION - 1 }), 'older than what is kept'],
    ['three copies were not whole', wanted({ failures: 3 }), 'not whole 3 times'],
  ])('not when %s, and says so', (_, got, because) => {
    expect(got).toEqual({ wanted: false, because: expect.stringContaining(because) });
  });
});

describe('the files of a block in the bucket', () => {
  const files = (...paths: string[]) => filesOf(paths.map((path) => ({ path, bytes: 1 })))?.map(({ path }) => path);
  const whole = ['meta.json', 'index', 'tombstones', 'chunks/000001', 'chunks/000002'];
  test('are those that Prometheus reads', () => {
    const others = [
      'deletion-mark.json',
      'no-compact-mark.json',
      'x/index',
      'index.tmp',
      'chunks/x',
      'debug/meta.json',
    ];
    expect(files(...others, ...whole)).toEqual(whole);
  });
  test('make no block without its meta.json and its index', () => {
    expect(files('index', 'chunks/000001')).toBeUndefined();
    expect(files('meta.json', 'chunks/000001')).toBeUndefined();
    expect(files('meta.json', 'index')).toEqual(['meta.json', 'index']);
  });
});
