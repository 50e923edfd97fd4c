import {
  shouldWithhold,
  ISOLATION_LIMIT_MS,
  PARTLY_REACHABLE_MS,
  watchIsolation,
  type Isolation,
  type IsolationInput,
} from '../../../../lib/core/failover/isolation';

const WELL: IsolationInput = { targetsUp: 1, storeReadAt: null, peerAnsweredAt: null };
const ONE_DOWN: IsolationInput = { ...WELL, targetsUp: 0.7 };
const ALL_DOWN: IsolationInput = { ...WELL, targetsUp: 0 };

/** Plays [time, what is seen] in order; says whether the node keeps silent at the last one. */
function silent(...steps: readonly (readonly [number, IsolationInput])[]): boolean {
  let state: Isolation | null = null;
  let held = false;
  for (const [now, input] of steps) {
    state = watchIsolation(state, input, now);
    held = shouldWithhold(state, input, now);
  }
  return held;
}

describe('a node that sees targets down', () => {
  test('speaks at once while all targets answer, whatever the bucket does', () => {
    expect(silent([0, WELL])).toBe(false);
  });
  test('keeps silent at first: the first target may be the first of all', () => {
    expect(silent([0, ONE_DOWN])).toBe(true);
    expect(silent([0, ALL_DOWN], [30_000, ALL_DOWN])).toBe(true);
  });
  test('a read of the bucket from before does not count', () => {
    expect(silent([1_000, { ...ALL_DOWN, storeReadAt: 900 }])).toBe(true);
  });
  test.each<[string, number | null, boolean]>([
    ['no read', null, true],
    ['a read that began when the target went down', 1_000, true],
    ['a read that began just after', 1_001, false],
  ])('of the bucket, %s at %s ms: silent %s', (_, storeReadAt, expected) => {
    expect(silent([1_000, ALL_DOWN], [2_000, { ...ALL_DOWN, storeReadAt }])).toBe(expected);
  });
  test('speaks as soon as the bucket was read: the targets are down indeed', () => {
    expect(silent([1_000, ONE_DOWN], [2_000, { ...ONE_DOWN, storeReadAt: 1_500 }])).toBe(false);
    expect(silent([1_000, ALL_DOWN], [2_000, { ...ALL_DOWN, storeReadAt: 1_500 }])).toBe(false);
  });
  test('and goes on speaking when the bucket fails later', () => {
    expect(
      silent(
        [1_000, ONE_DOWN],
        [2_000, { ...ONE_DOWN, storeReadAt: 1_500 }],
        [90_000, { ...ONE_DOWN, storeReadAt: 1_500 }],
      ),
    ).toBe(false);
  });
  test('reads it anew for every further target', () => {
    const read = { ...ONE_DOWN, storeReadAt: 1_500 };
    expect(silent([1_000, ONE_DOWN], [2_000, read], [60_000, { ...read, targetsUp: 0.3 }])).toBe(true);
  });
  test('speaks after a short wait when a peer or another target answers: it is the bucket that is down', () => {
    expect(silent([0, ONE_DOWN], [5_000, ONE_DOWN])).toBe(true);
    expect(silent([0, ONE_DOWN], [6_000, ONE_DOWN])).toBe(false);
    const heard = (at: number): IsolationInput => ({ ...ALL_DOWN, peerAnsweredAt: at });
    expect(silent([0, ALL_DOWN], [2_500, heard(2_000)], [7_000, heard(6_000)])).toBe(true);
    expect(silent([0, ALL_DOWN], [2_500, heard(2_000)], [9_000, heard(8_000)])).toBe(false);
  });
  test('the short wait starts anew when everything falls silent', () => {
    expect(silent([0, ONE_DOWN], [2_000, ALL_DOWN], [10_000, ALL_DOWN])).toBe(true);
  });
  test('a peer that answered before the target went down, or too long ago, is no contact', () => {
    const heard = (at: number | null): IsolationInput => ({ ...ALL_DOWN, peerAnsweredAt: at });
    const short = PARTLY_REACHABLE_MS;
    /** All is down since 10 s; the peer is looked at after another 2 s, and the end of a short wait after that. */
    const silentAfterShortWait = (peerAt: number | null) =>
      silent(
        [10_000, ALL_DOWN],
        [12_000, heard(peerAt)],
        [12_000 + short, heard(peerAt === null ? null : peerAt + short)],
      );
    expect(silentAfterShortWait(null)).toBe(true);
    expect(silentAfterShortWait(10_000)).toBe(true);
    expect(silentAfterShortWait(10_001)).toBe(false);
    const lost = 10_001 + short;
    expect(silent([10_000, ALL_DOWN], [lost - 1, heard(10_001)], [lost - 1 + short, heard(lost + short)])).toBe(false);
    expect(silent([10_000, ALL_DOWN], [lost, heard(10_001)], [lost + short, heard(lost + short)])).toBe(true);
  });
  test('speaks after the limit in any case: missing a page is worse', () => {
    expect(silent([10_000, ALL_DOWN], [10_000 + ISOLATION_LIMIT_MS - 1, ALL_DOWN])).toBe(true);
    expect(silent([10_000, ALL_DOWN], [10_000 + ISOLATION_LIMIT_MS, ALL_DOWN])).toBe(false);
  });
});

describe('when it is in contact again', () => {
  const healed = 20_000;
  test('it waits for the bucket, which knows whether another one alerts by now', () => {
    expect(silent([0, ALL_DOWN], [healed, WELL])).toBe(true);
    expect(silent([0, ALL_DOWN], [healed, { ...ALL_DOWN, peerAnsweredAt: healed - 100 }])).toBe(true);
    expect(silent([0, ALL_DOWN], [healed, WELL], [healed + 500, { ...WELL, storeReadAt: healed + 200 }])).toBe(false);
  });
  test('it does not wait long for a bucket that stays away', () => {
    expect(silent([0, ALL_DOWN], [healed, WELL], [healed + 7_000, WELL])).toBe(false);
  });
  test('it is over when all targets answer and the bucket was read', () => {
    const before = watchIsolation(null, ALL_DOWN, 0);
    expect(watchIsolation(before, { ...WELL, storeReadAt: healed - 1 }, healed)).toBeNull();
    expect(watchIsolation(before, { ...ONE_DOWN, storeReadAt: healed - 1 }, healed)).not.toBeNull();
  });
});
