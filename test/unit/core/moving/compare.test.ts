import { compareAlerts, type SeenAlert } from '../../../../lib/core/moving/compare';

const at = (labels: Record<string, string>): SeenAlert => ({ labels, since: '2026-01-01T00:00:00Z' });
const compare = (old: SeenAlert[], firing: SeenAlert[], more: { pending?: SeenAlert[]; without?: string[] } = {}) =>
  compareAlerts({
    old,
    ours: { firing, pending: more.pending ?? [] },
    rules: new Set(['A', 'B']),
    without: more.without ?? [],
  });

test('the cluster’s own label makes no difference, and one of the old system’s neither', () => {
  const old = [at({ alertname: 'A', cluster: 'old' }), at({ alertname: 'B' })];
  const ours = [at({ alertname: 'A', cluster: 'c' }), at({ alertname: 'B', cluster: 'c' })];
  expect(compare(old, ours)).toEqual({ same: 2, onlyOld: [], onlyNew: [], suspects: [] });
});

test.each([
  ['pending', [], { pending: [at({ alertname: 'A', job: 'x' })] }, 'pending here since 2026-01-01T00:00:00Z'],
  ['not found', [], {}, 'its rule here does not find it'],
  ['of other labels', [at({ alertname: 'A', job: 'y' })], {}, 'with other labels here: job="y", no monitor'],
])('what only the old one has says why: %s', (_, firing, more, because) => {
  const { onlyOld } = compare([at({ alertname: 'A', job: 'x', monitor: 'm' })], firing, more);
  expect(onlyOld).toEqual([
    { labels: { alertname: 'A', job: 'x', monitor: 'm' }, because: expect.stringContaining(because) },
  ]);
});

test('no rule of that name', () =>
  expect(compare([at({ alertname: 'C' })], []).onlyOld[0]!.because).toBe('no rule here has this name'));

test('what only fires here says since when', () => {
  expect(compare([], [at({ alertname: 'A', cluster: 'c' })]).onlyNew[0]!.because).toBe(
    'the old one has no such alert; it fires here since 2026-01-01T00:00:00Z',
  );
});

test('a label that one side puts onto everything is suspected, and left out where that is asked for', () => {
  const old = [at({ alertname: 'A', replica: '1' }), at({ alertname: 'B', replica: '1' })];
  const ours = [at({ alertname: 'A', cluster: 'c' }), at({ alertname: 'B', cluster: 'c' })];
  expect(compare(old, ours)).toMatchObject({ same: 0, suspects: ['replica'] });
  expect(compare(old, ours, { without: ['replica'] })).toMatchObject({ same: 2, onlyOld: [], onlyNew: [] });
});
