import type { Assignment } from '../../lib/core/assignment';
import type { Probe } from '../../lib/core/health';
import { DEFAULT_POLICY as policy } from '../../lib/core/policy';
import { operate, type OperateDeps } from '../../lib/control/operate';

const A: Assignment = {
  version: 1,
  epoch: 1,
  active: 'a',
  reason: '',
  by: 'health-check',
  since: '2026-01-01T00:00:00.000Z',
  at: '2026-01-01T00:00:00.000Z',
  promotions: [],
  paused: null,
  scrapeProfile: 'normal',
};
const probe = (node: string, gateOpen: boolean): Probe => ({
  node,
  at: 0,
  ready: true,
  scrapeLagMs: 500,
  agent: { appliedEpoch: 1, gateOpen, gateWarm: true, storeReachable: true },
  errors: [],
});

/** A bucket in memory and a clock that moves by sleeping; `open` says whose gates are open at a time (ms). */
function world(open: (at: number, assignment: Assignment) => string[], lose = 0) {
  const seen = { assignment: A, at: 0, writes: 0 };
  let losing = lose;
  const deps: OperateDeps = {
    nodes: ['a', 'b'],
    policy,
    operator: 'op@host',
    now: () => seen.at,
    sleep: async (ms) => void (seen.at += ms),
    probeAll: async () =>
      new Map(['a', 'b'].map((node) => [node, probe(node, open(seen.at, seen.assignment).includes(node))])),
    store: {
      readAssignment: async () => ({ assignment: seen.assignment, etag: String(seen.assignment.epoch) }),
      writeAssignment: async (next) => {
        if (losing > 0) {
          losing -= 1;
          return 'lost';
        }
        Object.assign(seen, { assignment: next, writes: seen.writes + 1 });
        return 'written';
      },
    },
  };
  return { deps, seen };
}
const SWITCH = { kind: 'switchover', to: 'b', reason: '' } as const;

test('a switch-over is done when the new node alerts and the old one has closed', async () => {
  const { deps } = world((at, { active }) =>
    active === 'a' ? ['a'] : at < 600 ? ['a'] : at < 2_000 ? ['a', 'b'] : ['b'],
  );
  const outcome = await operate(SWITCH, deps);
  expect(outcome).toMatchObject({ done: true, changed: true, tookMs: 600 });
  expect(outcome.assignment?.active).toBe('b');
});

test('a switch-over that does not come true is told as such', async () => {
  const { deps, seen } = world(() => ['a']);
  const outcome = await operate(SWITCH, deps);
  expect(outcome).toMatchObject({ done: false, changed: true });
  expect(outcome.because).toContain('the open gates are: a');
  expect(seen.at).toBeGreaterThan(10_000);
});

test('a lost race is looked at anew', async () => {
  const { deps, seen } = world(() => ['a'], 2);
  expect(await operate({ kind: 'pause', reason: 'x' }, deps)).toMatchObject({ done: true, changed: true });
  expect(seen.writes).toBe(1);
});

test('whoever loses every race has changed nothing and says so', async () => {
  const { deps, seen } = world(() => ['a'], 99);
  expect(await operate({ kind: 'pause', reason: 'x' }, deps)).toMatchObject({ done: false, changed: false });
  expect(seen.writes).toBe(0);
});

test('a refusal writes nothing', async () => {
  const { deps, seen } = world(() => ['a']);
  const outcome = await operate({ ...SWITCH, to: 'z' }, deps);
  expect(outcome).toMatchObject({ done: false, changed: false });
  expect(outcome.fix).toBeDefined();
  expect(seen.writes).toBe(0);
});
