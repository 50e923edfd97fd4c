import { extendTrack, gapsWithin, missingIn, overlap, usualInterval, without } from '../../../../lib/core/audit/track';
import { at, S, samples, track } from './fixtures';

describe('a track', () => {
  test('chunks that overlap are one track, in whatever order their samples come', () => {
    const one = extendTrack(null, samples(0, 40, [[10, 14]]), S, 0);
    const first = extendTrack(null, samples(0, 20, [[10, 14]]).reverse(), S, 0);
    expect(extendTrack(first, samples(18, 40), S, 0)).toEqual(one);
    expect(one).toEqual({ first: at(0), last: at(40), present: 36, down: 0, gaps: [{ from: at(9), to: at(15) }] });
    expect(extendTrack(null, [], S, 0)).toBeNull();
    expect(extendTrack(one, [], S, 0)).toEqual(one);
  });

  test('a gap between two chunks is a gap', () => {
    const first = extendTrack(null, samples(0, 10), S, 0);
    expect(extendTrack(first, samples(20, 30), S, 0)!.gaps).toEqual([{ from: at(10), to: at(20) }]);
  });

  test('a late scrape is none; a failed scrape is a sample', () => {
    const late = [0, 1, 2.7, 3, 4].map((s) => ({ at: at(s), up: s !== 3 }));
    expect(extendTrack(null, late, S, 0)).toMatchObject({ present: 5, down: 1, gaps: [] });
  });

  test('times are told in our clock', () => {
    expect(extendTrack(null, samples(0, 10, [], 3_200), S, 3_200)).toEqual(track(0, 10));
  });

  test('what is missing at the edges counts, and all of it where there is nothing', () => {
    const within = { from: at(0), to: at(20) };
    expect(gapsWithin(track(5, 15), within, S)).toEqual([
      { from: at(0), to: at(5) },
      { from: at(15), to: at(20) },
    ]);
    expect(gapsWithin(null, within, S)).toEqual([within]);
    expect(gapsWithin(track(-5, 30, [[10, 12]]), within, S)).toEqual([{ from: at(9), to: at(13) }]);
    expect(missingIn({ from: at(9), to: at(13) }, S)).toBe(3);
  });

  test('the usual interval, where nobody knows it', () => {
    expect(usualInterval(samples(0, 20, [[5, 9]]))).toBe(S);
    expect(usualInterval([0, 15.01, 30.02, 44.9].map((s) => ({ at: at(s), up: true })))).toBe(15 * S);
    expect(usualInterval(samples(0, 1))).toBeNull();
  });

  test('a sample that comes twice is one', () => {
    const twice = extendTrack(null, [...samples(0, 3), ...samples(2, 3)], S, 0);
    expect(twice).toMatchObject({ first: at(0), last: at(3), present: 4, gaps: [] });
  });

  test('gaps of earlier chunks stay', () => {
    const first = track(0, 20, [[5, 9]]);
    expect(extendTrack(first, samples(21, 40, [[30, 31]]), S, 0)!.gaps).toEqual([
      { from: at(4), to: at(10) },
      { from: at(29), to: at(32) },
    ]);
  });

  test('the usual interval needs three samples, in any order, and is half a second at least', () => {
    const every = (...s: number[]) => usualInterval(s.map((x) => ({ at: at(x), up: true })));
    expect(every(0, 5)).toBeNull();
    expect(every(10, 0, 5)).toBe(5 * S);
    // Most are 5 s apart; what is missing, and what came early, does not count.
    expect(every(0, 5, 10, 15, 60, 61)).toBe(5 * S);
    expect(every(0, 0.1, 0.2, 0.3)).toBe(500);
    expect(every(0, 2.4, 4.8, 7.2)).toBe(2_500);
  });

  test('nothing is missing where a stretch ends before it begins', () => {
    expect(missingIn({ from: at(5), to: at(0) }, S)).toBe(0);
    expect(missingIn({ from: at(0), to: at(1) }, S)).toBe(0);
    expect(missingIn({ from: at(0), to: at(1.75) }, S)).toBe(1);
  });
});

describe('stretches', () => {
  const gap = (from: number, to: number) => ({ from: at(from), to: at(to) });

  test('where two have one, they overlap; where they only touch, they do not', () => {
    expect(overlap([gap(0, 10), gap(20, 30)], [gap(5, 25)])).toEqual([gap(5, 10), gap(20, 25)]);
    expect(overlap([gap(0, 10)], [gap(10, 20)])).toEqual([]);
    expect(overlap([gap(0, 10)], [])).toEqual([]);
  });

  test('of what is cut out of a stretch, both sides are left', () => {
    expect(without([gap(0, 10)], [gap(4, 6)])).toEqual([gap(0, 4), gap(6, 10)]);
    expect(without([gap(0, 10)], [gap(4, 6), gap(8, 9)])).toEqual([gap(0, 4), gap(6, 8), gap(9, 10)]);
    expect(without([gap(0, 10)], [gap(0, 4)])).toEqual([gap(4, 10)]);
    expect(without([gap(0, 10)], [gap(6, 10)])).toEqual([gap(0, 6)]);
    expect(without([gap(0, 10)], [gap(-5, 15)])).toEqual([]);
    expect(without([gap(0, 10)], [])).toEqual([gap(0, 10)]);
  });
});
