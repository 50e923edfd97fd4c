import { hashmod } from '../../../../agent/sharding/hashmod';
import { ONE_SHARD, SHARD_MAP, type ShardMap } from '../../../../lib/contract/documents/shard-map';
import { decideShardMap, shardCountsOf, type ReportedNode } from '../../../../lib/core/sharding/sharding';

const T = Date.parse('2027-01-01T12:00:00Z');
const at = (ageMs = 1_000): string => new Date(T - ageMs).toISOString();
const shardMap = (shards: number, next: number | null): ShardMap => ({ ...ONE_SHARD, shards, next });
const node = (shard: number, i: number, shardCounts: number[], more: object = {}, age?: number): ReportedNode => ({
  shard,
  node: `n-${shard}-${i}`,
  at: at(age),
  report: { shardCounts, isHealthy: true, settled: true, ...more },
});
const pair = (shard: number, shardCounts: number[], more: object = {}): ReportedNode[] => [
  node(shard, 1, shardCounts, more),
  node(shard, 2, shardCounts, more),
];

describe('which targets a shard scrapes', () => {
  it.each([
    ['alone: all', shardMap(1, null), 0, [1]],
    ['a new one before anybody knows it', shardMap(1, null), 1, [2]],
    ['the old one while the new one is let in: all', shardMap(1, 2), 0, [1]],
    ['the new one meanwhile', shardMap(1, 2), 1, [2]],
    ['both afterwards', shardMap(2, null), 0, [2]],
    ['by both numbers, as targets move between old shards too', shardMap(2, 3), 1, [2, 3]],
    ['the third meanwhile', shardMap(2, 3), 2, [3]],
  ] as const)('%s', (_, now, shard, expected) => expect(shardCountsOf(now, shard)).toEqual(expected));

  it('never leaves a target to nobody, and leaves it to one in the end: any step, any hash', () => {
    const targets = Array.from({ length: 200 }, (_, i) => `10.0.0.${i}:9100`);
    for (const [shards, next] of [
      [1, 2],
      [2, 3],
      [3, 4],
      [1, 4],
    ] as const) {
      // A node may still be a step behind, or a step ahead: what it scrapes then is in one of these.
      for (const target of targets) {
        const scrapes = (l: ShardMap, shard: number): boolean =>
          shardCountsOf(l, shard).some((m) => hashmod(target, m) === shard && shard < m);
        const owner = hashmod(target, shards);
        const candidate = hashmod(target, next);
        // While it is prepared, the owner and the heir both do.
        expect([scrapes(shardMap(shards, next), owner), scrapes(shardMap(shards, next), candidate)]).toEqual([
          true,
          true,
        ]);
        const last = Array.from({ length: next }, (_, s) => s).filter((s) => scrapes(shardMap(next, null), s));
        expect(last).toEqual([candidate]);
      }
    }
  });
});

it('leads back too: by hand, the old shard takes everything over before the new one holds its tongue', () => {
  expect([shardCountsOf(shardMap(2, 1), 0), shardCountsOf(shardMap(2, 1), 1)]).toEqual([[1], [2]]);
  expect([shardCountsOf(shardMap(1, null), 0), shardCountsOf(shardMap(1, null), 1)]).toEqual([[1], [2]]);
});

describe('letting a shard in', () => {
  const decide = (l: ShardMap, nodes: ReportedNode[], shard = 1) => decideShardMap(l, shard, nodes, 30_000, T);

  it('is prepared when its nodes work', () => {
    const decision = decide(ONE_SHARD, [...pair(0, [1]), ...pair(1, [2], { settled: false })]);
    expect(decision).toMatchObject({ kind: 'write', next: { shards: 1, next: 2 } });
  });

  it('comes true when every node of every shard has scraped its share for long enough', () => {
    const decision = decide(shardMap(1, 2), [...pair(0, [1]), ...pair(1, [2])]);
    expect(decision).toMatchObject({ kind: 'write', next: { shards: 2, next: null } });
  });

  it.each([
    [
      'one of its nodes is not there',
      ONE_SHARD,
      [...pair(0, [1]), node(1, 1, [2])],
      /1 of at least 2 nodes of shard 1/,
    ],
    ['one has been silent', ONE_SHARD, [node(1, 1, [2]), node(1, 2, [2], {}, 100_000)], /1 of at least 2/],
    ['one does not work', ONE_SHARD, pair(1, [2], { isHealthy: false }), /n-1-1 does not work yet/],
    ['ranges are not full', shardMap(1, 2), [...pair(0, [1]), ...pair(1, [2], { settled: false })], /for long enough/],
    ['a standby of shard 0 is down', shardMap(1, 2), [node(0, 1, [1]), ...pair(1, [2])], /nodes of shard 0/],
    [
      'the old nodes say nothing',
      shardMap(1, 2),
      [{ ...node(0, 1, []), report: null }, node(0, 2, [1]), ...pair(1, [2])],
      /says nothing/,
    ],
    ['it is in', shardMap(2, null), [], /there are 2 shards/],
    ['a later one does it', shardMap(1, 3), [...pair(1, [2])], /Shard 2 lets itself in/],
  ])('does nothing while %s', (_, l, nodes, because) => {
    expect(decide(l, nodes)).toEqual({ kind: 'none', because: expect.stringMatching(because) });
  });

  it('waits for old shards to take over from each other as well', () => {
    const nodes = [...pair(0, [2, 3]), ...pair(1, [2]), ...pair(2, [3])];
    expect(decide(shardMap(2, 3), nodes, 2)).toMatchObject({
      kind: 'none',
      because: expect.stringMatching(/by 3 yet/),
    });
    expect(decide(shardMap(2, 3), [...pair(0, [2, 3]), ...pair(1, [2, 3]), ...pair(2, [3])], 2)).toMatchObject({
      next: { shards: 3 },
    });
  });
});

test('a layout that is none is refused', () => {
  expect(SHARD_MAP.parse(JSON.stringify(ONE_SHARD), 'x')).toEqual(ONE_SHARD);
  expect(() => SHARD_MAP.parse('{"version":1,"shards":0,"next":null}', 's3://b/k')).toThrow(/s3:\/\/b\/k/);
});
