import { mostAtOnce } from '../../../../local/drills/executions';

const log = (...lines: [at: number, running: number][]): string =>
  lines.map(([at, running]) => `${JSON.stringify({ at, function: 'f', what: 'started', running })}\n`).join('');

test('the most from the fault on, and what ran already when it struck', () => {
  expect(mostAtOnce('', 100)).toBe(0);
  expect(mostAtOnce(log([10, 7], [20, 1], [110, 2], [120, 3], [130, 1]), 100)).toBe(3);
  expect(mostAtOnce(log([10, 4]), 100)).toBe(4);
});
