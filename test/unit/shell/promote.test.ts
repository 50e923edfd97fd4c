import type { Assignment } from '../../../lib/contract/documents/assignment';
import { DEFAULT_POLICY as policy } from '../../../lib/contract/documents/policy';
import type { Probe } from '../../../lib/core/failover/health';
import { promote, type PromoteDeps } from '../../../lib/shell/assignment/promote';
import { anAssignment, aProbe } from '../../fixtures/builders';

const probe = (node: string, gateOpen: boolean, ready = true): Probe =>
  aProbe(node, { ready, scrapeLagMs: ready ? 500 : null, agent: { gateOpen } });
const FIRST = anAssignment();

/** A bucket in memory; `probes` says what the nth look at the nodes sees (the last one repeats). */
function world(probes: Probe[][], start: Assignment | null = FIRST) {
  const seen = {
    assignment: start,
    version: 0,
    slept: 0,
    looks: 0,
    timeouts: [] as number[],
    told: [] as number[],
    writes: 0,
  };
  const deps: PromoteDeps = {
    nodes: ['a', 'b'],
    policy,
    now: () => Date.UTC(2026, 0, 1),
    sleep: (ms) => {
      seen.slept += ms;
      return Promise.resolve();
    },
    tell: (epoch) => void seen.told.push(epoch),
    probeAll: (timeoutMs) => {
      seen.timeouts.push(timeoutMs);
      const now = probes[Math.min(seen.looks, probes.length - 1)]!;
      seen.looks += 1;
      return Promise.resolve(new Map(now.map((p) => [p.node, p])));
    },
    store: {
      readAssignment: () =>
        Promise.resolve(seen.assignment && { assignment: seen.assignment, etag: `${seen.version}` }),
      writeAssignment: (next, etag) => {
        if (etag !== (seen.assignment && `${seen.version}`)) return Promise.resolve('lost');
        Object.assign(seen, { assignment: next, version: seen.version + 1, writes: seen.writes + 1 });
        return Promise.resolve('written');
      },
    },
  };
  return { deps, seen };
}
const DOWN = [probe('a', true, false), probe('b', false)];
const FINE = [probe('a', true), probe('b', false)];

test('with a count of its own, the caller waits for one verifying probe only', async () => {
  const { deps, seen } = world([DOWN]);
  const outcome = await promote({ caller: 'health-check', consecutiveFailures: { node: 'a', count: 3 } }, deps);
  expect(outcome).toMatchObject({ acted: true, assignment: { active: 'b', epoch: 2, by: 'health-check' } });
  expect(outcome.because).toBe('b took over from a: Prometheus is not ready in 4 probes.');
  expect(seen).toMatchObject({ slept: 0, looks: 1, timeouts: [policy.verifyTimeoutMs], told: [2] });
});

test('without one it counts by the same rule', async () => {
  const { deps, seen } = world([DOWN]);
  expect(await promote({ caller: 'alarm' }, deps)).toMatchObject({ acted: true });
  expect(seen).toMatchObject({ looks: policy.probe.fall, slept: (policy.probe.fall - 1) * policy.probe.intervalMs });
});

test('a node that answers in between is left alone', async () => {
  const { deps, seen } = world([DOWN, DOWN, FINE]);
  expect(await promote({ caller: 'alarm' }, deps)).toMatchObject({
    acted: false,
    because: expect.stringContaining('a alerts'),
  });
  expect(seen).toMatchObject({ writes: 0, told: [] });
});

test("the caller's count is void when its own probe finds the node well", async () => {
  const { deps, seen } = world([FINE]);
  expect(await promote({ caller: 'health-check', consecutiveFailures: { node: 'a', count: 9 } }, deps)).toMatchObject({
    acted: false,
  });
  expect(seen).toMatchObject({ writes: 0, looks: 1 });
});

test('a count of another node is void', async () => {
  const { deps } = world([DOWN]);
  const outcome = await promote({ caller: 'health-check', consecutiveFailures: { node: 'b', count: 9 } }, deps);
  expect(outcome).toMatchObject({ acted: false, because: expect.stringContaining('missed 1 of 3') });
});

test('20 calls at once change the assignment once', async () => {
  const { deps, seen } = world([DOWN, ...Array<Probe[]>(19).fill(DOWN), [probe('a', true, false), probe('b', true)]]);
  const calls = Array.from({ length: 20 }, () =>
    promote({ caller: 'alarm', consecutiveFailures: { node: 'a', count: 3 } }, deps),
  );
  const outcomes = await Promise.all(calls);
  expect(outcomes.filter((o) => o.acted)).toHaveLength(1);
  expect(seen).toMatchObject({ writes: 1, assignment: { active: 'b', epoch: 2 } });
});

test('who keeps losing gives up and says so', async () => {
  const { deps } = world([DOWN]);
  const store = { ...deps.store, writeAssignment: () => Promise.resolve('lost' as const) };
  const outcome = await promote({ caller: 'agent', exited: 'a' }, { ...deps, store });
  expect(outcome).toMatchObject({ acted: false, because: 'Lost 3 races to other writers; they decide.' });
});

test('a successor that is merely slow is found by a second, longer look', async () => {
  const slow = [probe('a', true, false), { ...probe('b', false, false), agent: null }];
  const { deps, seen } = world([slow, DOWN]);
  expect(await promote({ caller: 'health-check', consecutiveFailures: { node: 'a', count: 3 } }, deps)).toMatchObject({
    acted: true,
  });
  expect(seen.timeouts).toEqual([policy.verifyTimeoutMs, policy.probe.timeoutMs]);
});

test('when nobody can take over it says that it is stuck', async () => {
  const { deps } = world([[probe('a', true, false), probe('b', false, false)]]);
  expect(await promote({ caller: 'health-check', consecutiveFailures: { node: 'a', count: 3 } }, deps)).toMatchObject({
    acted: false,
    noCandidate: true,
  });
});

test('a store that does not answer is an error, not a decision', async () => {
  const { deps } = world([DOWN]);
  const store = { ...deps.store, readAssignment: () => Promise.reject(new Error('no answer in time')) };
  await expect(promote({ caller: 'alarm' }, { ...deps, store })).rejects.toThrow('no answer in time');
});

test('the first assignment', async () => {
  const { deps, seen } = world([[probe('a', false), probe('b', false)]], null);
  expect(await promote({ caller: 'health-check' }, deps)).toMatchObject({ acted: true });
  expect(seen.assignment).toMatchObject({ active: 'a', epoch: 2, promotions: [] });
});
