import { leave, type Leaving } from '../../../../agent/failover/leave';
import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import type { Assignment } from '../../../../lib/contract/documents/assignment';
import type { Probe } from '../../../../lib/core/failover/health';

const AT = '2026-01-01T00:00:00.000Z';
const assigned = (paused: Assignment['paused']): Assignment => ({
  version: 1,
  epoch: 1,
  active: 'a',
  reason: 'first',
  by: 'health-check',
  since: AT,
  at: AT,
  promotions: [],
  paused,
  scrapeProfile: 'normal',
});

/** A node that alerts, and another that takes over as soon as it is assigned. */
async function leaves(paused: Assignment['paused'] = null) {
  let stands = assigned(paused);
  const events: string[] = [];
  const probeOf = (node: string): Probe => ({
    node,
    at: 0,
    ready: true,
    scrapeLagMs: 0,
    agent: { appliedEpoch: stands.epoch, gateOpen: stands.active === node, gatePrimed: true, storeReachable: true },
    errors: [],
  });
  const leaving: Leaving = {
    config: { node: 'a', policy: DEFAULT_POLICY } as Leaving['config'],
    nodes: ['a', 'b'],
    role: { isAssigned: true, assignment: stands },
    store: {
      readAssignment: async () => ({ assignment: stands, etag: `${stands.epoch}` }),
      writeAssignment: async (next) => {
        stands = next;
        return 'written';
      },
    },
    probes: { probeAll: async () => new Map(['a', 'b'].map((node) => [node, probeOf(node)])) },
    clock: { now: () => Date.parse(AT), sleep: async () => {} },
    log: (_level, event) => void events.push(event),
  };
  await leave(leaving, () => [Promise.reject(new Error('Thanos hangs'))]);
  return { active: stands.active, events };
}

test('a node that alerts hands over before it ends, and what else fails does not keep it', async () => {
  expect(await leaves()).toEqual({ active: 'b', events: ['handed-over', 'leaves-in-disorder'] });
});

test('not while an operator has paused', async () => {
  const paused = { by: 'kim', since: AT, reason: 'work' };
  expect(await leaves(paused)).toMatchObject({
    active: 'a',
    events: ['leaves-without-hand-over', 'leaves-in-disorder'],
  });
});
