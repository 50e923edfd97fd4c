import type { Assignment } from '../../../lib/contract/documents/assignment';
import { DEFAULT_POLICY as policy } from '../../../lib/contract/documents/policy';
import type { Probe } from '../../../lib/core/failover/health';
import { operate, type OperateDeps } from '../../../lib/shell/assignment/operate';
import { anAssignment, aProbe } from '../../fixtures/builders';

const A = anAssignment();
const probe = (node: string, gateOpen: boolean, appliedEpoch: number): Probe =>
  aProbe(node, { agent: { appliedEpoch, gateOpen } });

/** A bucket in memory and a clock that moves by sleeping; `open` says whose gates are open at a time (ms). */
function world(
  open: (at: number, assignment: Assignment) => string[],
  lose = 0,
  learnt = (_: number, { epoch }: Assignment) => epoch,
) {
  const seen = { assignment: A, at: 0, writes: 0 };
  let losing = lose;
  const deps: OperateDeps = {
    nodes: ['a', 'b'],
    policy,
    operator: 'op@host',
    now: () => seen.at,
    sleep: async (ms) => void (seen.at += ms),
    probeAll: async () =>
      new Map(
        ['a', 'b'].map((node) => [
          node,
          probe(node, open(seen.at, seen.assignment).includes(node), learnt(seen.at, seen.assignment)),
        ]),
      ),
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

test('a gate that is still open from an earlier epoch is not taken for the new one', async () => {
  const back = { ...A, epoch: 2, active: 'a' };
  const { deps, seen } = world(
    () => ['b'],
    0,
    (at, { epoch }) => (at < 900 ? epoch - 1 : epoch),
  );
  seen.assignment = back;
  expect(await operate(SWITCH, deps)).toMatchObject({ done: true, tookMs: 1_000 });
});

test('a switch-over that somebody else takes back ends at once, and says who', async () => {
  const { deps, seen } = world(() => ['a']);
  const { writeAssignment } = deps.store;
  deps.store.writeAssignment = async (next, etag) => {
    const written = await writeAssignment(next, etag);
    Object.assign(seen, { assignment: { ...next, epoch: 3, active: 'a', reason: 'kim asked for it.' } });
    return written;
  };
  const outcome = await operate(SWITCH, deps);
  expect(outcome).toMatchObject({ done: false, changed: true, assignment: { epoch: 3 } });
  expect(outcome.because).toMatch(/changed again meanwhile \(epoch 3, operator\): kim asked for it/);
  expect(outcome.fix).toContain('promha history');
  expect(seen.at).toBeLessThan(2_000);
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

test('of two who name no node, the one that loses the race does not give alerting back', async () => {
  const { deps, seen } = world((_, { active }) => [active]);
  const { writeAssignment } = deps.store;
  let first = true;
  const store: OperateDeps['store'] = {
    ...deps.store,
    writeAssignment: async (next, etag) => {
      if (!first) return writeAssignment(next, etag);
      first = false;
      seen.assignment = { ...A, epoch: 2, active: 'b', by: 'operator', reason: 'other@host asked for it.' };
      return 'lost';
    },
  };
  const outcome = await operate({ kind: 'switchover', to: null, reason: '' }, { ...deps, store });
  expect(outcome).toMatchObject({ done: false, changed: false });
  expect(outcome.because).toBe('b was given alerting meanwhile (epoch 2, operator): other@host asked for it.');
  expect(outcome.fix).toMatch(/promha history/);
  expect(seen).toMatchObject({ writes: 0, assignment: { active: 'b', epoch: 2 } });
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
  expect(Object.keys(outcome).sort()).toEqual(['assignment', 'because', 'changed', 'done', 'fix']);
  expect(seen.writes).toBe(0);
});
