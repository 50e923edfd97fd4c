import type { ConfigPointer } from '../../../lib/contract/documents/config';
import type { Probe } from '../../../lib/core/failover/health';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];
const MINUTE = 60_000;

type Config = NonNullable<NonNullable<Probe['agent']>['config']>;
const probe = (node: string, gateOpen: boolean, config?: Partial<Config>): [string, Probe] => [
  node,
  {
    node,
    at: 0,
    ready: true,
    scrapeLagMs: 0,
    agent: {
      appliedEpoch: 1,
      gateOpen,
      gatePrimed: true,
      storeReachable: true,
      ...(config && { config: { hash: A, well: true, refused: null, ...config } }),
    },
    errors: [],
  },
];

let pointer: ConfigPointer;
let reads: number;
let now: number;
let recordVerdict: typeof import('../../../lambdas/health-check/config-verdict').recordVerdict;
const store = {
  readConfigPointer: async () => {
    reads += 1;
    return { pointer, etag: '1' };
  },
  writeConfigPointer: async (next: ConfigPointer) => {
    pointer = next;
    return 'written' as const;
  },
};
const hear = (...probes: [string, Probe][]): Promise<void> =>
  recordVerdict({ store, shard: 0, wellMs: MINUTE, now: () => now }, new Map(probes));

beforeEach(async () => {
  jest.resetModules();
  ({ recordVerdict } = await import('../../../lambdas/health-check/config-verdict'));
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  pointer = { version: 1, bucket: 'b', key: 'k', hash: B, generation: 0, lastGood: { bucket: 'b', key: 'a', hash: A } };
  [reads, now] = [0, 10 * MINUTE];
});
afterEach(() => jest.restoreAllMocks());

test('what a node refuses is refused for all', async () => {
  await hear(probe('node-1', true, {}), probe('node-2', false, { refused: { hash: B, because: 'it died' } }));
  expect(pointer.refused).toEqual({ by: 'node-2', because: 'it died', at: now });
});

test('what the node that alerts is well with is known to be good', async () => {
  await hear(probe('node-1', true, { hash: B }), probe('node-2', false, { hash: B, well: false }));
  expect(pointer.goodAt).toBe(now);
});

test('nodes of an earlier version say nothing of it, and nothing is read', async () => {
  await hear(probe('node-1', true), probe('node-2', false));
  expect([reads, pointer.goodAt, pointer.refused]).toEqual([0, undefined, undefined]);
});

test('what is settled is read once a minute', async () => {
  for (; now < 12 * MINUTE; now += 2_000) await hear(probe('node-1', true, { hash: B }));
  expect(reads).toBe(2);
});

test('a store that fails is no reason to end', async () => {
  jest.spyOn(store, 'readConfigPointer').mockRejectedValueOnce(new Error('away'));
  await hear(probe('node-1', true, { hash: B }));
  expect(pointer.goodAt).toBeUndefined();
  await hear(probe('node-1', true, { hash: B }));
  expect(pointer.goodAt).toBe(now);
});
