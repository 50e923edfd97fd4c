import { queryProblems, storesOf, type QueryWay } from '../../../../lib/core/status/query-way';

const NODES = ['a', 'b'];
const WELL: QueryWay = {
  route: 'thanos',
  tasks: { registered: 2, answering: 2, blind: 0 },
  stores: { gateways: 1, replicas: NODES },
};

test('nothing is said of a way on which all is well, nor of a cluster without Thanos', () => {
  expect(queryProblems(WELL, NODES)).toEqual([]);
  expect(queryProblems(null, NODES)).toEqual([]);
});

test.each<[string, Partial<QueryWay>, RegExp]>([
  ['queries go to the nodes', { route: 'nodes' }, /^Queries go to the nodes' own Thanos: nothing of what/],
  ['a person pointed the port elsewhere', { route: 'other' }, /neither Thanos nor the nodes/],
  ['a task fails', { tasks: { registered: 2, answering: 1, blind: 0 } }, /^1 of 2 Thanos query tasks answer\.$/],
  [
    'no task answers',
    { tasks: { registered: 2, answering: 0, blind: 0 }, stores: null },
    /^No Thanos query task answers; 2 reg/,
  ],
  [
    'there is no task',
    { tasks: { registered: 0, answering: 0, blind: 0 }, stores: null },
    /^No Thanos query task answers; 0 reg/,
  ],
  [
    'a task asks no node',
    { tasks: { registered: 2, answering: 2, blind: 1 } },
    /^1 of 2 Thanos query tasks answer without asking any node/,
  ],
  ['a sidecar is silent', { stores: { gateways: 1, replicas: ['a'] } }, /from the sidecar of b\.$/],
  ['the store gateway is silent', { stores: { gateways: 0, replicas: NODES } }, /from a store gateway/],
])('an operator is told that %s', (_, change, said) => {
  expect(queryProblems({ ...WELL, ...change }, NODES)).toEqual([expect.stringMatching(said)]);
});

test('what could not be looked at is told with its reason', () => {
  expect(queryProblems({ unknown: 'AccessDenied' }, NODES)).toEqual([expect.stringContaining('AccessDenied')]);
});

test('only stores that answered the last check count; a new bucket has no labels yet', () => {
  const store = (lastError: string | null, ...replicas: string[]) => ({
    lastError,
    labelSets: replicas.map((replica) => ({ cluster: 'c', replica, shard: '0' })),
  });
  const list = { sidecar: [store(null, 'b'), store('refused', 'a')], store: [store(null)] };
  expect(storesOf(list, 'replica')).toEqual({ gateways: 1, replicas: ['b'] });
  expect(storesOf({ store: [store('refused', 'a', 'b')] }, 'replica')).toEqual({ gateways: 0, replicas: [] });
});

test('a replica is told once and in order; stores without labels, or none at all, are no replicas', () => {
  const labels = (...replicas: string[]) => replicas.map((replica) => ({ replica }));
  const list = {
    sidecar: [{ labelSets: labels('b', 'a') }, { labelSets: labels('b') }, { labelSets: null }],
    store: null,
  };
  expect(storesOf(list, 'replica')).toEqual({ gateways: 0, replicas: ['a', 'b'] });
});
