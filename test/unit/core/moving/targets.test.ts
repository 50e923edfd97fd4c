import { compareTargets, type TargetSamples } from '../../../../lib/core/moving/targets';

const target = (instance: string, samples: number, more = {}): TargetSamples => ({
  labels: { job: 'a', instance, ...more },
  samples,
});

test('targets are the same by job and instance; a scrape at either end of the range is no difference', () => {
  const compared = compareTargets(
    [target('x', 60), target('y', 60), target('z', 60), target('gone', 5)],
    [target('x', 58, { cluster: 'c' }), target('y', 57), target('z', 90), target('new', 7)],
  );
  expect(compared).toEqual({
    same: 2,
    onlyOld: [{ job: 'a', instance: 'gone', old: 5, ours: 0 }],
    onlyNew: [{ job: 'a', instance: 'new', old: 0, ours: 7 }],
    fewer: [{ job: 'a', instance: 'y', old: 60, ours: 57 }],
  });
});
