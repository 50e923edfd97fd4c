import { holding, overlapping, type BucketBlock } from '../../../../local/drills/thanos/blocks';
import { uncompacted } from '../../../../local/drills/thanos/compaction-steps';
import {
  expected,
  historyBefore,
  openMetrics,
  sampleCount,
  TAIL,
  TWO_DAYS,
  sampleAt,
} from '../../../../local/drills/thanos/history';

const HOUR = 3_600_000;
let made = 0;
const block = (from: number, to: number, over: Partial<BucketBlock> & { replica?: string; res?: number } = {}) => ({
  ulid: `block-${(made += 1)}`,
  minTime: from,
  maxTime: to,
  stats: { numSamples: 1, numSeries: 1 },
  compaction: { level: 1, sources: [] },
  thanos: {
    labels: { cluster: 'c', replica: over.replica ?? 'r1' },
    downsample: { resolution: over.res ?? 0 },
    source: 'sidecar',
  },
  marked: over.marked ?? false,
});

describe('blocks that overlap', () => {
  test.each<[string, BucketBlock[], number]>([
    ['neighbours', [block(0, 2), block(2, 4)], 0],
    ['the same time', [block(0, 2), block(0, 2)], 1],
    ['a part of it', [block(0, 4), block(3, 6)], 1],
    ['one within the other', [block(0, 9), block(3, 6)], 1],
    ['of another replica', [block(0, 2), block(0, 2, { replica: 'r2' })], 0],
    ['of another resolution', [block(0, 2), block(0, 2, { res: 300_000 })], 0],
    ['replaced by its successor', [block(0, 2, { marked: true }), block(0, 8)], 0],
    ['three of them', [block(0, 4), block(1, 3), block(2, 6)], 3],
  ])('%s', (_, blocks, pairs) => expect(overlapping(blocks)).toHaveLength(pairs));
});

test('blocks that hold a stretch are those in use, of one replica and resolution, in order', () => {
  const [a, b] = [block(2, 4), block(4, 6)];
  const others = [block(0, 2), block(4, 6, { replica: 'r2' }), block(4, 6, { res: 1 }), block(2, 4, { marked: true })];
  expect(holding([b, ...others, a], { replica: 'r1', from: 2, to: 6 })).toEqual([a, b]);
});

describe('history', () => {
  const now = Date.UTC(2026, 10, 23, 1);
  const history = historyBefore(now, 'm', { pairs: 2, series: 2, everyMs: HOUR });

  test('whole pairs of days and two blocks after them, before the given end', () => {
    expect(history.from % TWO_DAYS).toBe(0);
    expect(history.to).toBe(history.from + 2 * TWO_DAYS + TAIL);
    expect(history.to).toBeLessThanOrEqual(now);
    expect(now - history.to).toBeLessThan(TWO_DAYS);
    // The next one ends before this one begins: a stream may not overlap.
    expect(historyBefore(history.from, 'm', { pairs: 2, series: 2, everyMs: HOUR }).to).toBeLessThanOrEqual(
      history.from,
    );
  });

  test('its text has every sample once, in whatever parts', () => {
    const lines = [...openMetrics(history)].join('').split('\n');
    expect(lines[0]).toBe('# TYPE m gauge');
    expect(lines.at(-2)).toBe('# EOF');
    expect(lines).toHaveLength(3 + 2 * sampleCount(history));
    expect(lines[1]).toBe(`m{series="0"} 0 ${history.from / 1000}`);
    const parts: string[] = [];
    for (let from = history.from; from < history.to; from += 7 * HOUR) {
      parts.push(...openMetrics(history, from, Math.min(from + 7 * HOUR, history.to)));
    }
    const samples = (text: string): string[] =>
      text
        .split('\n')
        .filter((l) => l.startsWith('m{'))
        .sort();
    expect(samples(parts.join(''))).toEqual(samples(lines.join('\n')));
  });

  test('what is expected of it', () => {
    expect(sampleCount(history)).toBe(100);
    const sum = Array.from({ length: 100 }, (_, i) => sampleAt(1, i)).reduce((a, b) => a + b);
    expect(expected(history, 1, history.from - 1, history.to - 1)).toEqual({ count: 100, sum });
    expect(expected(history, 1, history.from, history.from + HOUR)).toEqual({ count: 1, sum: sampleAt(1, 1) });
  });

  test('compacted: every pair of days is in a large block, raw and downsampled', () => {
    const { from } = history;
    const imported = { history, node: 'r1', ids: [], dir: '' };
    const days = (first: number, pairs: number, over: Parameters<typeof block>[2] = {}): BucketBlock =>
      block(from + first * TWO_DAYS, from + (first + pairs) * TWO_DAYS - HOUR / 60, over);
    const pair = (i: number, over: Parameters<typeof block>[2] = {}): BucketBlock => days(i, 1, over);
    const tail = block(from + 2 * TWO_DAYS, history.to);
    const small = { res: 300_000 };
    expect(uncompacted([pair(0), pair(1), pair(0, small), pair(1, small), tail], imported)).toBeNull();
    expect(uncompacted([days(0, 2), days(0, 2, small), tail], imported)).toBeNull();
    // Joined with what an earlier drill imported before, and what follows after: up to fourteen days.
    expect(uncompacted([days(-2, 4), days(-2, 5, small), tail], imported)).toBeNull();
    expect(uncompacted([days(-2, 3), days(-2, 4, small), tail], imported)).toMatch(/^1 of 2 .* 2 are downsampled/);
    expect(uncompacted([pair(0), pair(1), pair(0, small), tail], imported)).toMatch(/^2 of 2 .* 1 are downsampled/);
    expect(uncompacted([days(0, 2), tail], imported)).toMatch(/^2 of 2 .* 0 are downsampled/);
    const eight = Array.from({ length: 6 }, (_, i) => block(from + i * 8 * HOUR, from + (i + 1) * 8 * HOUR));
    expect(uncompacted([...eight, pair(1), tail], imported)).toMatch(/^1 of 2/);
    expect(uncompacted([days(0, 2, { marked: true }), tail], imported)).toMatch(/^0 of 2/);
  });
});
