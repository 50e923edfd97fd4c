import { NO_COUNTS, runCycle, type CycleControl } from '../../../lambdas/health-check/cycle';
import { isBeatDue } from '../../../lambdas/health-check/heartbeat';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import type { Assignment } from '../../../lib/contract/documents/assignment';
import type { Probe } from '../../../lib/core/failover/health';

jest.mock('../../../lambdas/shared/log', () => ({ log: () => {} }));
jest.mock('../../../lambdas/shared/metrics', () => ({ publish: () => {} }));

const AT = '2026-01-01T00:00:00.000Z';
const ASSIGNED: Assignment = {
  version: 1,
  epoch: 1,
  active: 'a',
  reason: 'first',
  by: 'health-check',
  since: AT,
  at: AT,
  promotions: [],
  paused: null,
  scrapeProfile: 'normal',
};
const WORKS: Probe = {
  node: 'b',
  at: 0,
  ready: true,
  scrapeLagMs: 0,
  agent: { appliedEpoch: 1, gateOpen: false, gatePrimed: true, storeReachable: true },
  errors: [],
};

test('a heartbeat that cannot be written is heard of at once: Node ends a function for a failure that nobody hears', async () => {
  const beat = Promise.reject(new Error('503'));
  const heard = jest.spyOn(beat, 'then');
  let heardWhenWriting = 0;
  const control: CycleControl = {
    store: {
      readAssignment: async () => ({ assignment: ASSIGNED, etag: '1' }),
      writeAssignment: async () => {
        heardWhenWriting = heard.mock.calls.length;
        return 'written';
      },
      writeHeartbeat: () => beat,
    },
    ask: async () => {},
    addresses: { addresses: () => new Map(), isComplete: true, refreshIfDue: async () => {}, note: () => {} },
    nodes: ['a', 'b'],
    policy: DEFAULT_POLICY,
    tell: () => {},
    probeAll: async () => new Map([['b', WORKS]]),
    now: () => Date.parse(AT),
    sleep: async () => {},
  };
  const before = {
    ...NO_COUNTS,
    nodes: new Map([['a', { healthy: true, against: 2, consecutiveFailures: 2 }]]),
    noCandidate: false,
  };
  const config = { cluster: 'c', shard: 0, controlBucket: 'b', policy: DEFAULT_POLICY };
  await runCycle(before, control, config, 'i');
  expect(heardWhenWriting).toBeGreaterThan(0);
});

test.each([
  ['works', {}, true],
  ['is blind: it could not take over', { undiscovered: ['ec2'] }, false],
])('a standby that %s', async (_, agent, counts) => {
  const control: CycleControl = {
    store: {
      readAssignment: async () => ({ assignment: ASSIGNED, etag: '1' }),
      writeAssignment: async () => 'written',
      writeHeartbeat: async () => {},
    },
    ask: async () => {},
    addresses: { addresses: () => new Map(), isComplete: true, refreshIfDue: async () => {}, note: () => {} },
    nodes: ['a', 'b'],
    policy: DEFAULT_POLICY,
    tell: () => {},
    probeAll: async () => new Map([['b', { ...WORKS, agent: { ...WORKS.agent!, ...agent } }]]),
    now: () => Date.parse(AT),
    sleep: async () => {},
  };
  const config = { cluster: 'c', shard: 0, controlBucket: 'b', policy: DEFAULT_POLICY };
  const after = await runCycle({ ...NO_COUNTS, noCandidate: false }, control, config, 'i');
  expect(after.nodes.get('b')!.consecutiveFailures).toBe(counts ? 0 : 1);
});

test.each([
  ['never yet', null, true],
  ['a cycle ago', 2_000, false],
  ['two cycles ago', 4_010, false],
  ['three cycles ago, a little early', 5_990, true],
  ['in the future: the clock was set back', -1, true],
])('a heartbeat is due every 6 s: last %s', (_, ago, isDue) => {
  expect(isBeatDue(ago === null ? null : 100_000 - ago, DEFAULT_POLICY, 100_000)).toBe(isDue);
});
