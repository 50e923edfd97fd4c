import type { CycleControl } from '../../../lambdas/health-check/cycle';
import { lookQuickly } from '../../../lambdas/health-check/quick-look';
import type { Assignment } from '../../../lib/contract/documents/assignment';
import { DEFAULT_POLICY as policy } from '../../../lib/contract/documents/policy';
import { anAssignment, aProbe } from '../../fixtures/builders';

jest.mock('../../../lambdas/shared/log', () => ({ log: () => {} }));
jest.mock('../../../lambdas/shared/metrics', () => ({ publish: () => {} }));

const CONFIG = { cluster: 'c', shard: 0, controlBucket: 'b', policy };
const LOOP_MS = 4_000;

/** Of nodes a and b, a alerts; b sees it as silent for so long. Runs for four seconds of virtual time. */
async function play(over: { answers: boolean; witnessMs: number; assignment?: Assignment; readFails?: boolean }) {
  const { answers, witnessMs, assignment = anAssignment({ active: 'a' }), readFails = false } = over;
  let now = 0;
  const seen = { reads: 0, written: [] as Assignment[], writtenAt: 0, told: [] as number[], asked: 0 };
  const control: CycleControl = {
    store: {
      readAssignment: async () => {
        seen.reads += 1;
        if (readFails) throw new Error('503');
        return { assignment: seen.written.at(-1) ?? assignment, etag: '1' };
      },
      writeAssignment: async (next) => {
        seen.written.push(next);
        seen.writtenAt = now;
        return 'written';
      },
      writeHeartbeat: async () => {},
    },
    addresses: {
      addresses: () => new Map([['a', '10.0.0.1'], ['b', '10.0.0.2']]), // prettier-ignore
      isComplete: true,
      refreshIfDue: async () => {},
      note: () => {},
    },
    nodes: ['a', 'b'],
    policy,
    ask: (node) => {
      seen.asked += 1;
      return answers || node === 'b' ? Promise.resolve() : new Promise(() => {});
    },
    tell: (epoch) => void seen.told.push(epoch),
    probeAll: async () =>
      new Map([
        ['a', answers ? aProbe('a', { agent: { gateOpen: true } }) : aProbe('a', { ready: false, agent: null })],
        ['b', aProbe('b', { agent: { watch: { node: 'a', silentMs: witnessMs } } })],
      ]),
    now: () => Date.UTC(2026, 0, 1) + now,
    sleep: async () => {},
  };
  const sleep = async (ms: number): Promise<void> => {
    now += ms;
    for (let i = 0; i < 20; i += 1) await Promise.resolve();
  };
  await lookQuickly(control, CONFIG, () => assignment, LOOP_MS, { elapsed: () => now, sleep });
  return seen;
}

test('a node that falls silent to everybody is replaced as soon as that is certain, and once', async () => {
  const { written, writtenAt, told } = await play({ answers: false, witnessMs: policy.watch.silentMs });
  expect(written.map(({ active }) => active)).toEqual(['b']);
  expect(told).toEqual([2]);
  expect(writtenAt).toBeLessThanOrEqual(policy.watch.silentMs + policy.watch.intervalMs);
});

test('a node that answers costs no read of the bucket', async () => {
  expect(await play({ answers: true, witnessMs: 0 })).toMatchObject({ reads: 0, written: [], asked: 40 });
});

test.each([
  ['the standby hears of it', { answers: false, witnessMs: 0 }],
  ['the bucket does not answer', { answers: false, witnessMs: policy.watch.silentMs, readFails: true }],
])('nothing moves where %s, and it is looked at again each second', async (_, over) => {
  expect(await play(over)).toMatchObject({ written: [], reads: 3 });
});

test('nobody is watched while alerting is paused', async () => {
  const paused = { by: 'op', since: '2026-01-01T00:00:00.000Z', reason: 'work' };
  const assignment = anAssignment({ active: 'a', paused });
  expect(await play({ answers: false, witnessMs: 9_000, assignment })).toMatchObject({ asked: 0, written: [] });
});
