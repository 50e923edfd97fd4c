import { silenceInWords, type ToldSilence } from '../../../../lib/core/alerts/silences';
import { planSilences } from '../../../../lib/core/alerts/imported-silences';

const NOW = Date.UTC(2026, 0, 2);
const silence = (id: string, over: Partial<ToldSilence> = {}): ToldSilence => ({
  id,
  status: { state: 'active' },
  matchers: [{ name: 'alertname', value: 'Down', isRegex: false }],
  startsAt: '2026-01-01T00:00:00Z',
  endsAt: '2026-01-03T00:00:00Z',
  createdBy: 'ann',
  comment: 'moving',
  ...over,
});

test('active and pending ones are made, with who and why', () => {
  const pending = silence('b', { status: { state: 'pending' }, startsAt: '2026-01-02T12:00:00Z', createdBy: '' });
  const { make, there } = planSilences([silence('a'), pending], [], NOW);
  expect(there).toBe(0);
  expect(make.map(({ createdBy, comment }) => [createdBy, comment])).toEqual([
    ['ann', 'moving [imported a]'],
    ['import', 'moving [imported b]'],
  ]);
  expect(make[1]).not.toHaveProperty('id');
});

test('what is over is not made', () => {
  const over = [silence('a', { status: { state: 'expired' } }), silence('b', { endsAt: '2026-01-01T12:00:00Z' })];
  expect(planSilences(over, [], NOW).make).toEqual([]);
});

test('a second run makes none again, not even one that was ended here', () => {
  const first = planSilences([silence('a'), silence('b')], [], NOW).make;
  const ended = { ...silence('x'), ...first[1]!, status: { state: 'expired' } };
  const again = planSilences([silence('a'), silence('b')], [{ ...silence('y'), ...first[0]! }, ended], NOW);
  expect(again).toMatchObject({ make: [], there: 2 });
});

test('labels that are the cluster’s are told', () => {
  const matchers = [{ name: 'replica', value: 'a.*', isRegex: true, isEqual: false }];
  const { told, make } = planSilences([silence('a', { matchers })], [], NOW);
  expect(told).toEqual(["silence a asks for replica 'a.*': here that is another value, or none"]);
  expect(silenceInWords(make[0]!)).toMatch(/^\{replica!~"a\.\*"\} from .* ann: moving \[imported a\]$/);
});
