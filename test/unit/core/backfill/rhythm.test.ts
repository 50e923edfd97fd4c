import { lookBackMs, scrapeGroups, spansAround, widestMargin } from '../../../../lib/core/backfill/rhythm';

const targets = (jobs: Record<string, number>) =>
  Object.entries(jobs).map(([job, intervalMs]) => ({ job, intervalMs }));

test('where all are as fast, all are read together', () => {
  expect(scrapeGroups(targets({ a: 1_000, sidecar: 5_000 }))).toEqual([
    { jobs: { without: [] }, intervalMs: null, marginMs: 12_500 },
  ]);
  expect(scrapeGroups([])).toEqual([{ jobs: { without: [] }, intervalMs: null, marginMs: 5_000 }]);
});

test('each slow interval by itself: an hour widens nothing else', () => {
  const groups = scrapeGroups(targets({ a: 1_000, federate: 3_600_000, c: 60_000, b: 60_000, thanos: 15_000 }));
  expect(groups).toEqual([
    { jobs: { only: ['thanos'] }, intervalMs: 15_000, marginMs: 37_500 },
    { jobs: { only: ['b', 'c'] }, intervalMs: 60_000, marginMs: 150_000 },
    { jobs: { only: ['federate'] }, intervalMs: 3_600_000, marginMs: 9_000_000 },
    { jobs: { without: ['b', 'c', 'federate', 'thanos'] }, intervalMs: null, marginMs: 5_000 },
  ]);
  expect(groups.map(lookBackMs)).toEqual([30_000, 120_000, 7_200_000, 0]);
});

test('a job is as slow as its slowest target, on any node', () => {
  const both = [...targets({ a: 1_000 }), ...targets({ a: 60_000 })];
  expect(scrapeGroups(both)[0]).toMatchObject({ jobs: { only: ['a'] }, intervalMs: 60_000 });
});

test('a series of unknown rhythm is looked at over ten minutes, or over the slowest target', () => {
  expect([widestMargin([]), widestMargin(targets({ a: 3_600_000 }))]).toEqual([600_000, 9_000_000]);
});

test('moments that are near each other are read at once', () => {
  expect(spansAround([], 10)).toEqual([]);
  expect(spansAround([50, 5, 12, 5, 23], 10)).toEqual([
    { from: 5, to: 24 },
    { from: 50, to: 51 },
  ]);
});
