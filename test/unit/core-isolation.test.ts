import {
  holdsBack,
  ISOLATION_LIMIT_MS,
  watchIsolation,
  type Isolation,
  type IsolationInput,
} from '../../lib/core/isolation';

const WELL: IsolationInput = { allTargetsDown: false, storeReadAt: null, peerAnsweredAt: null };
const DOWN: IsolationInput = { ...WELL, allTargetsDown: true };

/** Plays [time, what is seen] in order; says whether the node keeps silent at the last one. */
function silent(...steps: readonly (readonly [number, IsolationInput])[]): boolean {
  let state: Isolation | null = null;
  let held = false;
  for (const [now, input] of steps) {
    state = watchIsolation(state, input, now);
    held = holdsBack(state, input, now);
  }
  return held;
}

describe('a node that sees all its targets down', () => {
  test('speaks at once while a target answers', () => {
    expect(silent([0, WELL])).toBe(false);
  });
  test('keeps silent while nothing else answers either', () => {
    expect(silent([0, DOWN])).toBe(true);
    expect(silent([0, DOWN], [30_000, DOWN])).toBe(true);
  });
  test('a read of the bucket from before does not count', () => {
    expect(silent([1_000, { ...DOWN, storeReadAt: 900 }])).toBe(true);
  });
  test('speaks as soon as the bucket was read: the targets are down indeed', () => {
    expect(silent([1_000, DOWN], [2_000, { ...DOWN, storeReadAt: 1_500 }])).toBe(false);
    expect(silent([1_000, DOWN], [90_000, { ...DOWN, storeReadAt: 89_000 }])).toBe(false);
  });
  test('speaks after a short wait when a peer answers: it is the bucket that is down', () => {
    const heard = { ...DOWN, peerAnsweredAt: 2_000 };
    expect(silent([0, DOWN], [3_000, heard])).toBe(true);
    expect(silent([0, DOWN], [7_000, heard])).toBe(false);
  });
  test('speaks after the limit in any case: missing a page is worse', () => {
    expect(silent([0, DOWN], [ISOLATION_LIMIT_MS, DOWN])).toBe(false);
  });
});

describe('when the targets come back', () => {
  test('it waits for the bucket, which knows whether another one alerts by now', () => {
    expect(silent([0, DOWN], [20_000, WELL])).toBe(true);
    expect(silent([0, DOWN], [20_000, WELL], [20_500, { ...WELL, storeReadAt: 20_200 }])).toBe(false);
  });
  test('a read that began before they were back may be too old to know', () => {
    expect(silent([0, DOWN], [20_000, WELL], [20_500, { ...WELL, storeReadAt: 19_900 }])).toBe(true);
  });
  test('it does not wait long for a bucket that stays away', () => {
    expect(silent([0, DOWN], [20_000, WELL], [27_000, WELL])).toBe(false);
  });
});
