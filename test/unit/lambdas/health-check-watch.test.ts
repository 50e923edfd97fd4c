import { NO_COUNTS, type Counts } from '../../../lambdas/health-check/cycle';
import { watchOver, type WatchDeps } from '../../../lambdas/health-check/watch';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import type { RestoreRecord, StorageReport } from '../../../lib/contract/documents/storage';
import { WORKERS } from '../../../lib/contract/functions';
import { METRICS } from '../../../lib/contract/metrics';
import type { MetricValue } from '../../../lambdas/shared/metrics';

const logged: [string, Record<string, unknown>][] = [];
const published: MetricValue[] = [];
jest.mock('../../../lambdas/shared/log', () => ({
  log: (_: string, event: string, fields: Record<string, unknown>) => void logged.push([event, fields]),
}));
jest.mock('../../../lambdas/shared/metrics', () => ({
  publish: (_: string, __: number, values: MetricValue[]) => void published.push(...values),
}));

const CONFIG = { cluster: 'c', shard: 0, controlBucket: 'b', policy: DEFAULT_POLICY };
const limits = { scrapeTime: 1, samplesPerSecond: 1, memoryMiB: 1, walMiBPerMinute: 1, evaluationTime: 1 };
const COUNTS: Counts = { ...NO_COUNTS };

/** Time passes when all sleep, to whoever wakes first. */
class World {
  private now = 0;
  private sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  readonly calls: [s: number, name: string, event: unknown][] = [];

  readonly clock = {
    elapsed: () => this.now,
    sleep: (ms: number) =>
      new Promise<void>((wake) => {
        this.sleepers.push({ at: this.now + ms, wake });
      }),
  };

  deps(more: Partial<WatchDeps> = {}): WatchDeps {
    return {
      workers: WORKERS,
      load: { policy: { limits, sustainedForMs: 1, recoverAfterMs: 1 }, scrapeInterval: '1s' },
      book: null,
      store: { readStorage: async () => null, readRestore: async () => null },
      addresses: { nodes: ['a'], addresses: () => new Map() },
      call: async (name, event) => void this.calls.push([this.now / 1_000, name, event]),
      ...more,
    };
  }

  /** @returns s until the watch ended */
  async watch(deps: WatchDeps, counts: () => Counts = () => COUNTS, forMs = 68_000): Promise<number> {
    let ended = false;
    const watching = watchOver(deps, CONFIG, counts, forMs, this.clock).then(() => (ended = true));
    for (let turns = 0; !ended && turns < 1_000; turns += 1) {
      for (let i = 0; i < 20; i += 1) await new Promise(setImmediate);
      const next = this.sleepers.sort((x, y) => x.at - y.at).shift();
      if (next === undefined) break;
      this.now = next.at;
      next.wake();
    }
    await watching;
    return this.now / 1_000;
  }
}

beforeEach(() => {
  logged.length = 0;
  published.length = 0;
});

test('it begins where the loop before ends, and calls for snapshots once', async () => {
  const world = new World();
  expect(await world.watch(world.deps())).toBeLessThan(68);
  expect(world.calls).toEqual([[28, 'c-take-snapshot', { source: 'health-check', forMs: 42_000 }]]);
  expect(logged.map(([event]) => event)).toEqual(['worker-called']);
});

test('a loop that is over before that watches nothing', async () => {
  const world = new World();
  expect(await world.watch(world.deps(), () => COUNTS, 8_000)).toBe(0);
  expect(world.calls).toEqual([]);
});

const report = { needsVolume: { since: '', because: '' } } as StorageReport;
const running = { record: { state: 'running' } as RestoreRecord, etag: '1' };

test('whoever asks for a volume is heard, and told to the alarms', async () => {
  const world = new World();
  await world.watch(world.deps({ store: { readStorage: async () => report, readRestore: async () => running } }));
  expect(world.calls[0]).toEqual([8, 'c-restore-snapshot', { source: 'health-check', forMs: 62_000 }]);
  expect(world.calls.map(([, name]) => name)).toEqual(['c-restore-snapshot', 'c-take-snapshot']);
  const of = (name: string) => published.filter(({ metric }) => metric.name === name).map(({ value }) => value);
  expect(of(METRICS.volumesAsked.name)).toEqual([1, 1, 1, 1]);
  expect(of(METRICS.scrapeProfile.name)).toEqual([0]);
});

test('what cannot be read is as it was', async () => {
  const world = new World();
  let reads = 0;
  const readStorage = async (): Promise<StorageReport> => {
    if ((reads += 1) > 1) throw new Error('503');
    return report;
  };
  await world.watch(world.deps({ store: { readStorage, readRestore: async () => null } }));
  const asked = published.filter(({ metric }) => metric === METRICS.volumesAsked).map(({ value }) => value);
  expect(asked).toEqual([1, 1, 1, 1]);
  expect(logged.filter(([event]) => event === 'volume-not-looked-at')).toHaveLength(3);
});

test('a call that hangs keeps nobody waiting; one that fails is told and made again', async () => {
  const world = new World();
  const asked: string[] = [];
  let letGo: () => void = () => undefined;
  const call: WatchDeps['call'] = (name) => {
    asked.push(name);
    if (name === 'c-take-snapshot') return Promise.reject(new Error('AccessDenied'));
    return new Promise((resolve) => (letGo = resolve));
  };
  const trouble = new Map([
    [
      'a',
      {
        node: 'a',
        at: 0,
        ready: false,
        scrapeLagMs: null,
        agent: { appliedEpoch: 1, gateOpen: true, gatePrimed: true, storeReachable: true, volumeTrouble: 'gone' },
        errors: [],
      },
    ],
  ]);
  const watching = world.watch(world.deps({ call }), () => ({ ...COUNTS, probes: trouble }));
  setTimeout(() => letGo(), 500);
  await watching;
  expect(asked[0]).toBe('c-restore-snapshot');
  // From 28 s on, every 6 s: after 5, on a grid of 2.
  expect(asked.filter((name) => name === 'c-take-snapshot')).toHaveLength(7);
  const failed = logged.filter(([event]) => event === 'worker-not-called');
  expect(failed).toHaveLength(7);
  expect(failed[0]![1]).toMatchObject({ worker: 'take-snapshot', error: 'AccessDenied' });
  expect(published.filter(({ metric }) => metric === METRICS.controlErrors)).toHaveLength(7);
});
