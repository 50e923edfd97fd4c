import fc from 'fast-check';
import type { BackfillState } from '../../../../lib/contract/documents/agent-files';
import {
  afterLoss,
  inGaps,
  lackingMinutes,
  backfillNeed,
  spansToCompare,
  type Scrapes,
} from '../../../../lib/core/backfill/backfill';

const NOW = 1_800_000_000_000;
const WINDOW = 86_400_000;
const state = (completeUntil: number, thoroughUntil = 0): BackfillState => ({
  version: 1,
  completeUntil,
  thoroughUntil,
});

describe('when something has to be compared', () => {
  test('a node that nothing is known of: all of the window, when it has settled', () => {
    expect(backfillNeed(null, NOW - 5_000, WINDOW, NOW)).toBeNull();
    expect(backfillNeed(null, NOW - 10_000, WINDOW, NOW)).toEqual({
      from: NOW - WINDOW,
      to: NOW - 3_000,
      thoroughUntil: 0,
    });
  });
  test('after a start: what was not known to be whole, and what may have been lost with the machine', () => {
    expect(backfillNeed(state(NOW - 60_000), NOW - 12_000, WINDOW, NOW)).toMatchObject({ from: NOW - 120_000 });
    expect(backfillNeed(state(NOW - WINDOW), NOW - 12_000, WINDOW, NOW)).toMatchObject({ from: NOW - WINDOW });
  });
  test('without a start: every five minutes', () => {
    expect(backfillNeed(state(NOW - 290_000), NOW - 900_000, WINDOW, NOW)).toBeNull();
    expect(backfillNeed(state(NOW - 304_000), NOW - 900_000, WINDOW, NOW)).not.toBeNull();
  });
  test('what a repair may have cost is in doubt, whatever was known before', () => {
    const after = afterLoss(state(NOW - 60_000), 3_600_000, NOW);
    expect(after).toEqual(state(NOW - 3_600_000, NOW));
    expect(afterLoss(state(NOW - 9_000_000), 3_600_000, NOW).completeUntil).toBe(NOW - 9_000_000);
  });
  test('a loss without a start: not before its last second can be compared, too', () => {
    const after = afterLoss(state(NOW - 60_000), 3_600_000, NOW);
    const running = NOW - 900_000;
    expect(backfillNeed(after, running, WINDOW, NOW + 1_000)).toBeNull();
    expect(backfillNeed(after, running, WINDOW, NOW + 5_900)).toBeNull();
    const need = backfillNeed(after, running, WINDOW, NOW + 6_000);
    expect(need).toEqual({ from: NOW - 3_660_000, to: NOW + 3_000, thoroughUntil: NOW });
  });
});

describe('which minutes', () => {
  const scrapes = (counts: Record<string, Record<number, number>>): Scrapes =>
    new Map(
      Object.entries(counts).map(([target, minutes]) => [
        target,
        new Map(Object.entries(minutes).map(([at, n]) => [Number(at), n])),
      ]),
    );
  test('those in which one target was scraped less often than by the peer, by more than chance', () => {
    const own = scrapes({ a: { 60: 60, 120: 53, 180: 59 }, b: { 60: 60, 180: 60 } });
    const peer = scrapes({ a: { 60: 60, 120: 60, 180: 60 }, b: { 60: 60, 120: 60, 180: 60 }, c: { 60: 4 } });
    expect(lackingMinutes(own, peer)).toEqual([60, 120]);
  });
  test('and what is left of the last one, and all that a repair put in doubt', () => {
    const need = { from: NOW, to: NOW + 600_000 + 7_000, thoroughUntil: 0 };
    expect(spansToCompare(need, [NOW + 120_000, NOW + 180_000])).toEqual([
      { from: NOW + 55_000, to: NOW + 185_000 },
      { from: NOW + 600_000, to: NOW + 607_000 },
    ]);
    expect(spansToCompare({ ...need, thoroughUntil: NOW + 1e9 }, [])).toEqual([{ from: NOW, to: need.to }]);
  });
});

describe('which samples', () => {
  const span = { from: 0, to: 1e9 };
  /** Read without an end. */
  const all = { from: -1e9, to: 2e9 };
  const every = (from: number, to: number, step = 1_000): number[] =>
    Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);
  test('none where only the fraction of a second differs', () => {
    expect(inGaps(every(300, 61_000), every(800, 60_000), span, all)).toEqual([]);
  });
  test('those in a gap', () => {
    const own = [...every(0, 10_000), ...every(17_000, 31_000)];
    const peer = every(500, 30_000);
    expect(inGaps(own, peer, span, all)!.map((i) => peer[i])).toEqual(every(9_500, 17_000));
  });
  test('one that is missing is a gap', () => {
    expect(inGaps([0, 1_000, 3_000, 4_000], every(500, 4_500), span, all)).toEqual([1, 2]);
  });
  test('all of a series that is not there; none outside of the span', () => {
    expect(inGaps([], every(0, 10_000), { from: 2_000, to: 4_000 }, all)).toEqual([2, 3]);
  });
  test('of a single one of what we have nothing of nobody knows, unless its rhythm is known', () => {
    expect(inGaps([], [5], span, all)).toBeNull();
    expect(inGaps([], [5], span, { ...all, intervalMs: 60_000 })).toEqual([0]);
    expect(inGaps([], [5], { from: 10, to: 20 }, all)).toEqual([]);
  });
  test('a scrape of a minute or an hour that was missed, and none that is not due yet', () => {
    const minute = { from: 0, to: 300_000, intervalMs: 60_000 };
    const peer = [20_000, 80_000, 140_000, 200_000, 260_000];
    expect(inGaps([50_000, 170_000, 230_000, 290_000], peer, minute, minute)).toEqual([1, 2]);
    const hour = 3_600_000;
    // Ours comes half an hour later: due at 1.5 h, and late at 2.25 h.
    const read = (now: number): Parameters<typeof inGaps>[3] => ({ from: -2 * hour, to: now, intervalMs: hour });
    expect(inGaps([-0.5 * hour, 0.5 * hour], [0, hour], { from: 0, to: 1.1 * hour }, read(1.1 * hour))).toEqual([]);
    expect(inGaps([-0.5 * hour, 0.5 * hour], [0, hour], { from: 0, to: 2.3 * hour }, read(2.3 * hour))).toEqual([1]);
  });
  test('slow series have wide distances', () => {
    expect(inGaps(every(0, 300_000, 15_000), every(7_000, 300_000, 15_000), { from: 0, to: 285_000 }, all)).toEqual([]);
  });
  test('after it nothing is missing beyond chance, and nothing is written twice', () => {
    const lossy = fc.record({
      offset: fc.integer({ min: 1, max: 999 }),
      lost: fc.array(fc.record({ from: fc.nat(50), length: fc.integer({ min: 1, max: 20 }) }), { maxLength: 4 }),
      jitter: fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 60, maxLength: 60 }),
    });
    fc.assert(
      fc.property(lossy, ({ offset, lost, jitter }) => {
        const gone = (i: number): boolean => lost.some(({ from, length }) => i >= from && i < from + length);
        const own = every(0, 62_000).flatMap((at, i) => (gone(i) ? [] : [at + (jitter[i] ?? 0)]));
        const peer = every(offset, 60_000);
        const found = inGaps(own, peer, span, all)!.map((i) => peer[i]!);
        const both = [...new Set([...own, ...found])].sort((a, b) => a - b);
        expect(both.length).toBe(own.length + found.length);
        const inner = both.filter((at) => at >= 1_000 && at <= 59_000);
        for (const [i, at] of inner.entries()) if (i > 0) expect(at - inner[i - 1]!).toBeLessThan(2_250);
      }),
    );
  });
});
