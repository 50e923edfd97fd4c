import { countCalls, countExecutions, countLog } from '../../../../local/measure/quiet/count';

const span = { from: 10_000, to: 70_000 };
const jsonl = (...lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

const call = (over: object = {}): object => ({
  at: 10_000,
  who: 'the-role',
  service: 's3',
  operation: 'GetObject',
  what: 'bucket-1/shards/#/assignment.json',
  count: 2,
  ...over,
});
const callers = new Map([['the-role', { by: 'node', name: 'node' } as const]]);
const bucketOf = (): string => 'control';

test('calls of roles within the span are added up; those of the local run are only counted', () => {
  const log = jsonl(
    call(),
    call({ at: 69_999, count: 3 }),
    call({ at: 70_000 }),
    call({ at: 9_999 }),
    call({ who: null }),
  );
  expect(countCalls(log, span, callers, bucketOf)).toEqual({
    calls: [
      {
        by: 'node',
        name: 'node',
        service: 's3',
        operation: 'GetObject',
        what: 'control/shards/#/assignment.json',
        count: 5,
      },
    ],
    ofTheLocalRun: 2,
  });
});

test("a role that is nobody's is not passed over", () => {
  expect(() => countCalls(jsonl(call({ who: 'unheard-of' })), span, callers, bucketOf)).toThrow(/unheard-of/);
});

test('executions count with the part of them that is within the span, overlapping ones each', () => {
  const line = (at: number, what: string): object => ({ at, function: 'f', what, running: 1 });
  const log = jsonl(
    line(0, 'started'),
    line(20_000, 'ended'),
    line(40_000, 'started'),
    line(50_000, 'started'),
    line(55_000, 'throttled'),
    line(60_000, 'ended'),
    line(90_000, 'ended'),
  );
  // 10 s of the first, 20 and 20 s of the others.
  expect(countExecutions(log, span).get('f')).toEqual({ requests: 2, seconds: 50 });
});

test('of a log its size, and each metric once, by node or not', () => {
  const metric = (at: number, dimensions: readonly string[]): object => ({
    _aws: { Timestamp: at, CloudWatchMetrics: [{ Dimensions: [dimensions], Metrics: [{ Name: 'M', Unit: 'Count' }] }] },
  });
  const text = { at: new Date(15_000).toISOString(), level: 'info', event: 'x' };
  const inside = jsonl(
    metric(10_000, ['Cluster']),
    metric(20_000, ['Cluster']),
    metric(20_000, ['Cluster', 'Remedy']),
    text,
  );
  expect(countLog(`${inside}${jsonl(metric(80_000, ['Later']))}a crash\n`, span)).toEqual({
    bytes: inside.length,
    lines: 4,
    metrics: ['M', 'M by Remedy'],
  });
});
