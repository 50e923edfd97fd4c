import { DEPTH, Exposition, parseShape } from '../../../../local/workload/exposition';

const T = Date.UTC(2026, 0, 1);

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

  test('a storm is as many series as are asked for, the same each time', () => {
    const exposition = new Exposition();
    const before = seriesIn(exposition.book(T));
    exposition.shape = { ...exposition.shape, storm: 300 };
    expect(seriesIn(exposition.book(T)) - before).toBe(300);
    expect(exposition.book(T + 5_000)).toContain('trade_engine_drill_storm{n="299"} 1');
  });

  test('what is asked for is checked', () => {
    const now = new Exposition().shape;
    expect(parseShape('{"depth":500}', now)).toEqual({ ...now, depth: 500 });
    for (const wrong of ['{"depth":-1}', '{"depth":1e9}', '{"width":1}', '{"orders":"many"}', 'x', '{"waiting":2}'])
      expect(parseShape(wrong, now)).toBeNull();
  });
});
