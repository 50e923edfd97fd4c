import { expectedInterval, profileChanges, skippedSteps } from '../../../../local/drills/load/profile-steps';
import { missingEverywhere, missingSamples } from '../../../../local/drills/judge/samples';
import { DEPTH, Exposition, parseShape } from '../../../../local/workload/exposition';

const T = Date.UTC(2026, 0, 1);
const at = (s: number): string => new Date(T + s * 1_000).toISOString();
const every = (from: number, to: number, s: number): number[] =>
  Array.from({ length: Math.floor((to - from) / s) + 1 }, (_, i) => T + (from + i * s) * 1_000);

describe('the profiles that were in force', () => {
  const versions = [
    { at: at(200), scrapeProfile: 'minimal' },
    { at: at(0), scrapeProfile: 'normal' },
    { at: at(100), scrapeProfile: 'reduced' },
    { at: at(150), scrapeProfile: 'reduced' },
  ] as const;

  test('changes are told apart from other writes, in order', () => {
    expect(profileChanges(versions).map((c) => c.profile)).toEqual(['reduced', 'minimal']);
    expect(skippedSteps('normal', profileChanges(versions))).toBe(0);
  });

  test('a step that is left out is seen', () => {
    const jump = profileChanges([versions[1], versions[0]]);
    expect(skippedSteps('normal', jump)).toBe(1);
  });

  test('a sample is expected at the interval in force, and no sooner just after a change', () => {
    const interval = expectedInterval('normal', profileChanges(versions), '1s');
    const ms = (from: number, to: number): number => interval(T + from * 1_000, T + to * 1_000);
    expect(ms(10, 11)).toBe(1_000);
    expect(ms(99, 103)).toBe(5_000);
    expect(ms(140, 145)).toBe(5_000);
    expect(ms(300, 315)).toBe(15_000);
    const back = expectedInterval('reduced', [{ at: T, profile: 'normal' }], '1s');
    expect([back(T + 5_000, T + 10_000), back(T + 60_000, T + 61_000)]).toEqual([5_000, 1_000]);
  });

  test('samples beyond it are missing, those of a slower profile are not', () => {
    const interval = expectedInterval('normal', [{ at: T + 100_000, profile: 'reduced' }], '1s');
    const slower = [...every(0, 104, 1), ...every(109, 200, 5)];
    expect(missingSamples(slower, T, T + 200_000, interval)).toBe(0);
    expect(missingSamples(slower, T, T + 200_000, 1_000)).toBeGreaterThan(50);
    const gap = slower.filter((t) => t < T + 140_000 || t > T + 152_000);
    expect(missingSamples(gap, T, T + 200_000, interval)).toBe(2);
    // The oracle never slows down.
    const series = (times: number[]): Map<string, number[]> => new Map([['up', times]]);
    const truth = series(every(0, 200, 1));
    expect(missingEverywhere([series(slower)], truth, T, T + 200_000, interval, 1_000).size).toBe(0);
    expect(missingEverywhere([series(gap)], truth, T, T + 200_000, interval, 1_000).get('up')).toBe(2);
  });
});

describe('what the engine exposes', () => {
  const seriesIn = (text: string): number =>
    text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;

  test('ten times as deep is ten times the series', () => {
    const exposition = new Exposition();
    const normal = seriesIn(exposition.book(T)) - 20;
    exposition.shape = { ...exposition.shape, depth: 10 * DEPTH };
    expect(seriesIn(exposition.book(T)) - 20).toBe(10 * normal);
  });

  test('the explosion is off unless it is asked for, and its labels move on', () => {
    const exposition = new Exposition();
    expect(exposition.explosion(T)).toBe('');
    exposition.shape = { ...exposition.shape, orders: 1_000 };
    const [now, later] = [exposition.explosion(T), exposition.explosion(T + 1_000)];
    expect(seriesIn(now)).toBe(1_000);
    expect(later.split('\n').filter((line) => !now.includes(line))).toHaveLength(20);
  });

  test('what is asked for is checked', () => {
    const now = new Exposition().shape;
    expect(parseShape('{"depth":500}', now)).toEqual({ ...now, depth: 500 });
    for (const wrong of ['{"depth":-1}', '{"depth":1e9}', '{"width":1}', '{"orders":"many"}', 'x', '{"waiting":2}'])
      expect(parseShape(wrong, now)).toBeNull();
  });
});
