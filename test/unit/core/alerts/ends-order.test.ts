import fc from 'fast-check';
import { endsWaitMs } from '../../../../lib/core/alerts/owed';

const INTERVAL_MS = 5_000;
const TIMEOUT_MS = 2_000;

/** One Alertmanager of a cluster, as far as one alert that fires and then ends is concerned. */
interface Member {
  /** When it next looks at the alert; it does again every group_interval. */
  readonly looksAt: number;
  /** When it was told that the alert ended. */
  readonly endAt: number;
}

/**
 * What a cluster tells of an alert that all members have and that was told to fire. Each looks, waits its place, and
 * compares what it saw before the wait with what was told by then. What one tells the others know at once.
 */
function toldOf(members: readonly Member[]): string[] {
  const turns = members.map(({ looksAt }) => looksAt);
  const comparisons: { at: number; sawFiring: boolean }[] = [];
  members.forEach(({ endAt }, place) => {
    for (let at = turns[place]!; at < 60_000;) {
      const comparesAt = at + place * TIMEOUT_MS;
      comparisons.push({ at: comparesAt, sawFiring: at < endAt });
      // It looks again at the next turn, or as soon as it is done with this one.
      at = Math.max(at + INTERVAL_MS, comparesAt);
    }
  });
  const told: string[] = [];
  let firing = true;
  for (const { sawFiring } of comparisons.sort((a, b) => a.at - b.at)) {
    if (sawFiring === firing) continue;
    firing = sawFiring;
    told.push(firing ? 'firing' : 'resolved');
  }
  return told;
}

/** Looks at moments of their own, as those of a member that came later; the alert ends after 20 s. */
const looks = fc.array(fc.integer({ min: 0, max: INTERVAL_MS - 1 }), { minLength: 2, maxLength: 8 });
const cluster = (turns: readonly number[], wait: (place: number) => number): Member[] =>
  turns.map((looksAt, place) => ({ looksAt, endAt: 20_000 + wait(place) }));

test('told in the order of their waits, an end is told once, whenever each of them looks', () => {
  fc.assert(
    fc.property(looks, (turns) => {
      const wait = (place: number): number => endsWaitMs(place, turns.length, TIMEOUT_MS);
      expect(toldOf(cluster(turns, wait))).toEqual(['resolved']);
    }),
    { numRuns: 2_000 },
  );
});

test('told to all at once, it is told as firing again: as seen with four of them that look at the same moments', () => {
  expect(toldOf(cluster([1_000, 1_000, 1_000, 1_000], () => 0))).toEqual(['resolved', 'firing', 'resolved']);
  // Two are safe as long as they look at the same moments. The second one here looks 1.5 s before the first one.
  expect(toldOf(cluster([1_000, 1_000], () => 0))).toEqual(['resolved']);
  expect(toldOf(cluster([1_000, 4_500], () => 0))).toEqual(['resolved', 'firing', 'resolved']);
});

test('the last one gets it at once; alone, or of a cluster that is none, nobody waits', () => {
  expect([0, 1, 2, 3].map((place) => endsWaitMs(place, 4, 2_000))).toEqual([6_000, 4_000, 2_000, 0]);
  expect(endsWaitMs(0, 1, 2_000)).toBe(0);
  expect(endsWaitMs(0, 0, 2_000)).toBe(0);
});
