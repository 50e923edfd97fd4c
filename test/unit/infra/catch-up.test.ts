import { catchUpMinutes, slowCatchUp } from '../../../lib/infra/config/catch-up';

const minutes = (series: number, scrapeInterval = '1s'): unknown =>
  catchUpMinutes({ ingest: { series, bytesPerSample: 1.7 }, scrapeInterval });

test('the more a node takes in, the longer a deploy waits for it, from a quarter of an hour to an hour', () => {
  expect(minutes(1_000)).toEqual({ minutes: 15, cut: false });
  expect(minutes(50_000)).toEqual({ minutes: 20, cut: false });
  expect(minutes(100_000)).toEqual({ minutes: 30, cut: false });
  expect(minutes(500_000)).toEqual({ minutes: 60, cut: true });
  // Sixty samples a minute are as many as one a second of a sixtieth of the series.
  expect(minutes(3_000_000, '60s')).toEqual(minutes(50_000));
});

test('where an hour may be too short it is said, with the line', () => {
  const warned = (series: number): string[] =>
    slowCatchUp({ ingest: { series, bytesPerSample: 1.7 }, scrapeInterval: '1s' }, 'cluster.ts:3:1');
  expect(warned(50_000)).toEqual([]);
  expect(warned(500_000)).toEqual([expect.stringMatching(/^cluster\.ts:3:1: .*more than 60 min.*more shards/)]);
});
