import { hint, nearest } from '../../../lib/contract/nearest';

const DRILLS = ['primary-crash', 'primary-hang', 'load-spike', 'query-path'];

test.each([
  ['primary-crsh', 'primary-crash'],
  ['primry-hang', 'primary-hang'],
  ['Load-Spike', 'load-spike'],
  ['laod-spike', 'load-spike'],
  ['load', 'load-spike'],
  ['failover', null],
  ['x', null],
])('%s: %s', (word, meant) => {
  expect(nearest(word, DRILLS)).toBe(meant);
  expect(hint(word, DRILLS)).toBe(meant === null ? '' : `; did you mean ${meant}?`);
});
