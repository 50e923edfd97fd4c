import { mistakesIn } from '../../../../local/drills/own-mistakes';

test('a mistake of our own in a log, and nothing that others do', () => {
  const line = (error: string): string => JSON.stringify({ event: 'not-answered', what: 'alerts of a', error });
  const log = [
    line('RangeError: The value of "delay" is out of range. It must be an integer.'),
    line('TimeoutError: The operation was aborted due to timeout'),
    line('connect ECONNREFUSED 10.0.0.1:9193'),
    line('TypeError: fetch failed: ECONNREFUSED'),
    line('TypeError: terminated: other side closed'),
    line('a TypeError that a program speaks of'),
    JSON.stringify({ because: 'TypeError: x is not a function' }),
    '',
  ].join('\n');
  expect(mistakesIn(log, 'node.jsonl')).toEqual([
    'node.jsonl: RangeError: The value of \\',
    'node.jsonl: TypeError: x is not a function',
  ]);
});
