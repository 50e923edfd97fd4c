import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import { readTeeth, TEETH } from '../../../../local/run/teeth';

test('all act where nothing is said', () => {
  expect(readTeeth({})).toEqual(TEETH);
});

test('one is left out, or set', () => {
  expect(readTeeth({ without: ['cloudwatch'] }).cloudwatch).toBeNull();
  expect(readTeeth({ set: ['cloudwatch.lateToMs=7000'] }).cloudwatch).toEqual({
    ...TEETH.cloudwatch,
    lateToMs: 7_000,
  });
  expect(readTeeth({}).cloudwatch).toEqual(TEETH.cloudwatch);
});

test('a change of the query listener is held until the load balancer has done as it says', () => {
  expect(DEFAULT_POLICY.routing.holdMs).toBeGreaterThan(TEETH.nlb.listenerMs);
});

test.each([
  [{ without: ['cloudwach'] }, /unknown name\n.*cloudwach[\s\S]*did you mean cloudwatch/],
  [{ set: ['cloudwatch.late=3'] }, /unknown setting[\s\S]*cloudwatch\.lateFromMs=5000/],
  [{ set: ['cloudwatch.lateToMs=soon'] }, /not a number/],
  [{ set: ['cloudwatch'] }, /unknown setting/],
  [{ set: ['toString.length=1'] }, /unknown name/],
])('%j is refused', (asked, says) => {
  expect(() => readTeeth(asked)).toThrow(says);
});
