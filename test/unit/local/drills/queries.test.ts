import { answerOf, differing } from '../../../../local/drills/thanos/answers';
import { joined } from '../../../../local/drills/instrument';
import { queryPath, reroute, type QuerySample } from '../../../../local/drills/thanos/queries';
import { PORTS } from '../../../../lib/contract/ports';
import { readAnswer } from '../../../../local/drills/thanos/query-load';
import { WHO_ANSWERS_PATH } from '../../../../local/drills/thanos/who-answers';

const T = 1_000_000;
const moments = { startedAt: T - 20_000, struckAt: T, undoneAt: T + 30_000, endedAt: T + 60_000 };
const sample = (atS: number, over: Partial<QuerySample> = {}): QuerySample => ({
  startedAt: T + atS * 1000,
  ms: 20,
  error: null,
  reused: false,
  by: 'thanos',
  ...over,
});
const failed = (atS: number, over: Partial<QuerySample> = {}): QuerySample =>
  sample(atS, { error: 'ECONNREFUSED connect', by: null, ...over });

describe('queries while a node is hurt', () => {
  test('those that were cut off with their connection are counted apart, and only those', () => {
    expect(
      queryPath(
        [
          sample(-1),
          failed(1, { reused: true, error: 'ECONNRESET read' }),
          failed(1, { reused: true, error: 'socket hang up' }),
          failed(1, { reused: false, error: 'ECONNRESET read' }),
          failed(1, { reused: true, error: 'HTTP 503 no' }),
          failed(-5),
        ],
        moments,
      ),
    ).toMatchObject({ queries: 6, queriesFailed: 3, queriesCutOff: 2 });
  });

  test('latencies are those of the fault, failures included', () => {
    const samples = [
      sample(-1, { ms: 9_000 }),
      ...Array.from({ length: 99 }, (_, i) => sample(i / 10, { ms: i + 1 })),
      failed(5, { ms: 1_500 }),
      sample(31, { ms: 8_000 }),
    ];
    expect(queryPath(samples, moments)).toMatchObject({ queryMedian: 0.05, queryP99: 0.099, querySlowest: 1.5 });
    expect(queryPath([sample(-1)], moments)).toMatchObject({ queryMedian: null, querySlowest: null });
  });
});

describe('queries while Thanos is away', () => {
  const story = [sample(-1), failed(0.1), failed(5), sample(6.5, { by: 'nodes' }), sample(29, { by: 'nodes' })];
  const back = [sample(31, { by: 'nodes' }), sample(52), sample(53)];

  test('answered by a node, then by Thanos again, nothing lost in between', () => {
    expect(reroute([...back, ...story], moments)).toEqual({
      answeredByNodes: 6.52,
      failedAfterSwitch: 0,
      failedOnReturn: 0,
      backThroughThanos: 22,
    });
  });

  test('what fails after the switch, and on the way back', () => {
    expect(reroute([...story, failed(7), failed(29.9), ...back, failed(51), failed(55)], moments)).toMatchObject({
      failedAfterSwitch: 2,
      failedOnReturn: 2,
    });
  });

  test('a late answer of Thanos is no answer of a node; what never happened is null', () => {
    expect(reroute([failed(1), sample(2), failed(31)], moments)).toEqual({
      answeredByNodes: null,
      failedAfterSwitch: null,
      failedOnReturn: 1,
      backThroughThanos: null,
    });
  });
});

test('who answered is told by where it listens', () => {
  const flags = (port: number): string => JSON.stringify({ data: { 'http-address': `10.0.0.1:${port}` } });
  expect(readAnswer(WHO_ANSWERS_PATH, 200, flags(PORTS.thanosHttp))).toEqual({ error: null, by: 'thanos' });
  expect(readAnswer(WHO_ANSWERS_PATH, 200, flags(PORTS.nodeQuery))).toEqual({ error: null, by: 'nodes' });
  expect(readAnswer(WHO_ANSWERS_PATH, 200, '{"data":{}}').error).toMatch(/^not an answer/);
});

test('an answer counts if it has data', () => {
  const answer = (status: number, body: string) => readAnswer('/api/v1/query?query=up', status, body);
  expect(answer(200, '{"data":{"result":[{"metric":{}}]}}')).toEqual({ error: null, by: null });
  expect(answer(200, '{"data":{"result":[]}}').error).toBe('an answer without data');
  expect(answer(200, '<html>').error).toMatch(/^not an answer/);
  expect(answer(503, 'no')).toEqual({ error: 'HTTP 503 no', by: null });
});

describe('equal answers', () => {
  const series = (metric: Record<string, string>, ...values: string[]) => ({
    metric,
    values: values.map((v, i): [number, string] => [i, v]),
  });

  test('external labels make no difference, anything else does', () => {
    const node = answerOf([series({ job: 'a' }, '1', '1'), series({ job: 'b' }, '0')]);
    const external = { cluster: 'c', shard: '0' };
    const thanos = answerOf([series({ job: 'b', ...external }, '0'), series({ job: 'a', ...external }, '1', '1')]);
    expect(differing(node, thanos)).toEqual([]);
    expect(differing(node, answerOf([series({ job: 'a' }, '1', '0'), series({ job: 'b' }, '0')]))).toHaveLength(1);
    expect(differing(node, answerOf([series({ job: 'a' }, '1', '1')]))).toHaveLength(1);
    expect(differing(answerOf([]), node)).toHaveLength(2);
  });

  test('a change may be seen one step earlier by one replica than by the other, also at the end of the window', () => {
    const values = (...v: string[]) => answerOf([series({ job: 'a' }, ...v)]);
    expect(differing(values('1', '1', '2', '2'), values('1', '2', '2', '2'))).toEqual([]);
    expect(differing(values('1', '1', '1', '2'), values('1', '1', '1', '1'))).toEqual([]);
    expect(differing(values('1', '1', '1', '2', '2'), values('1', '2', '2', '2', '2'))).toHaveLength(1);
    expect(differing(values('1', '1', '1', '1'), values('1', '0', '1', '1'))).toHaveLength(1);
  });
});

test('readings are put together', () => {
  expect(
    joined([
      { measurements: { a: 1 }, findings: ['x'] },
      { measurements: { b: null }, findings: ['y'] },
    ]),
  ).toEqual({ measurements: { a: 1, b: null }, findings: ['x', 'y'] });
});
