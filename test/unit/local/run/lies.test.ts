import { isDeepStrictEqual } from 'node:util';
import { beginLying, endLying } from '../../../../local/run/debugger/lies';
import { anAgentStatus } from '../../../fixtures/builders';

afterEach(() => endLying());

/** Fields that differ; one is a whole part where that was lied away. */
const differing = (a: Record<string, unknown>, b: Record<string, unknown>): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => !isDeepStrictEqual(a[key], b[key]));

test('each status has one field that is not true, each field has its turn, and it says which', () => {
  jest.useFakeTimers({ now: 0 });
  const truth = anAgentStatus('node-1');
  const honest = JSON.parse(JSON.stringify(truth)) as Record<string, unknown>;
  beginLying(7);
  const wrong = Array.from({ length: 3_000 }, () => {
    jest.advanceTimersByTime(4_000);
    return differing(honest, JSON.parse(JSON.stringify(truth)) as Record<string, unknown>);
  });
  const told = endLying();
  jest.useRealTimers();
  expect(wrong.filter((fields) => fields.length > 1)).toEqual([]);
  // A lie may happen to be true: 0 where it is 0.
  expect(wrong.filter((fields) => fields.length === 1).length).toBeGreaterThan(2_000);
  expect(Object.values(told).reduce((a, b) => a + b)).toBe(3_000);
  expect(Object.keys(told)).toEqual(expect.arrayContaining(['gate.open', 'now', 'appliedEpoch', 'role', 'node']));
  expect(JSON.parse(JSON.stringify(truth))).toEqual(honest);
});

test('nothing else that an agent writes is touched: alerts, logs, its own files', () => {
  beginLying(1);
  for (const other of [[{ labels: { alertname: 'A' } }], { at: 'x', event: 'y', node: 'a' }, { version: 1 }, 'x', null])
    expect(JSON.parse(JSON.stringify(other))).toEqual(other);
  expect(endLying()).toEqual({});
});
