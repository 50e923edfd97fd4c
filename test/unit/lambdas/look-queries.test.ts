import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { lookAtQueries, NO_LOOK } from '../../../lambdas/health-check/look-queries';
import type { MetricValue } from '../../../lambdas/shared/metrics';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import type { KnownRoute } from '../../../lib/shell/aws/route-book';

let published: Record<string, number> = {};
jest.mock('../../../lambdas/shared/log', () => ({ log: () => undefined }));
jest.mock('../../../lambdas/shared/metrics', () => ({
  publish: (_: string, __: number, values: MetricValue[]) =>
    void (published = Object.fromEntries(values.map(({ metric, value }) => [metric.name, value]))),
}));

const CONFIG = { cluster: 'c', shard: 0, policy: DEFAULT_POLICY };
const ONE = JSON.stringify({ data: { result: [{ metric: {}, value: [0, '1'] }] } });
const THANOS: KnownRoute = { route: 'thanos', whole: true, since: 0 };

let task: Server;
let isHealthy = true;
let history = true;
beforeAll(async () => {
  task = createServer((request, response) => {
    const store = history ? { store: [{ name: 's', lastError: null }] } : {};
    const stores = JSON.stringify({ data: { sidecar: [{ name: 'n', lastError: null }], ...store } });
    if (!isHealthy) response.statusCode = 503;
    response.end(request.url === '/api/v1/stores' ? stores : ONE);
  });
  await new Promise<void>((listening) => task.listen(0, '127.0.0.1', listening));
});
afterAll(() => task.close());
beforeEach(() => {
  isHealthy = history = true;
  published = {};
});

/** As the load balancer said. */
function book(route: KnownRoute | null, isKnown = true) {
  const { port } = task.address() as AddressInfo;
  const tasks = isKnown ? [{ address: '127.0.0.1', port, inService: true }] : null;
  const asked: number[] = [];
  return { route, tasks, asked, refresh: async (now: number) => void asked.push(now) };
}

test('Thanos answers, with history', async () => {
  const { seen } = await lookAtQueries(NO_LOOK, book(THANOS), CONFIG, 0);
  expect(seen).toEqual({ misses: 0, route: 'thanos', whole: true });
  expect(published).toEqual({ ThanosHealthy: 1, QueriesWithHistory: 1, QueriesThroughThanos: 1 });
});

test('no store gateway: it is told, and is no miss', async () => {
  history = false;
  const { seen } = await lookAtQueries(NO_LOOK, book(THANOS), CONFIG, 0);
  expect(seen).toMatchObject({ misses: 0 });
  expect(published).toEqual({ ThanosHealthy: 1, QueriesWithHistory: 0, QueriesThroughThanos: 1 });
});

test('misses are counted, and of history nothing is said meanwhile', async () => {
  isHealthy = false;
  const nodes = book({ ...THANOS, route: 'nodes' });
  const first = await lookAtQueries(NO_LOOK, nodes, CONFIG, 0);
  const second = await lookAtQueries(first.look, nodes, CONFIG, 2_000);
  expect([first.seen?.misses, second.seen?.misses]).toEqual([1, 2]);
  expect(published).toEqual({ ThanosHealthy: 0, QueriesThroughThanos: 0 });
  expect(nodes.asked).toEqual([0, 2_000]);
});

test('while all is well the load balancer is asked every 20 s', async () => {
  const well = book(THANOS);
  let look = NO_LOOK;
  for (let now = 0; now < 60_000; now += 2_000) ({ look } = await lookAtQueries(look, well, CONFIG, now));
  expect(well.asked).toEqual([0, 20_000, 40_000]);
});

test('a load balancer that never answered: nothing is known, and that is no miss', async () => {
  const silent = { ...book(null, false), refresh: () => Promise.reject(new Error('no answer in time')) };
  const { seen, look } = await lookAtQueries(NO_LOOK, silent, CONFIG, 0);
  expect(seen).toBeNull();
  expect(look.thanos.consecutiveFailures).toBe(0);
  expect(published).toEqual({});
});
