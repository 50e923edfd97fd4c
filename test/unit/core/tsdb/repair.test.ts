import fc from 'fast-check';
import { damageScore, decideRepair, type RepairInput } from '../../../../lib/core/tsdb/repair';
import type { Probe } from '../../../../lib/core/failover/health';
import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import { aProbe, type ProbedAgent } from '../../../fixtures/builders';

const NOW = 10_000_000;
const DESTROYS = { class: 'wal-corrupt', ifStarted: 'destroys' };
const REFUSES = { class: 'block-index', ifStarted: 'refuses' };

/** Another node that works. */
const other = (agent: Partial<ProbedAgent> = {}, more: Partial<Probe> = {}): Probe => ({
  ...aProbe('node-2', { at: NOW, agent: { damage: [], ...agent } }),
  ...more,
});
const STANDBY: RepairInput = {
  damage: ['wal-corrupt wal/1'],
  since: NOW,
  score: damageScore([DESTROYS]),
  tried: new Set(),
  alerts: false,
  paused: false,
  active: 'node-2',
  others: [other({ gateOpen: true })],
  restartedAt: null,
  handedOverAt: null,
};
const ACTIVE: RepairInput = { ...STANDBY, alerts: true, active: 'node-1', others: [other()] };
const decide = (s: RepairInput): ReturnType<typeof decideRepair> => decideRepair(s, DEFAULT_POLICY, NOW);

test('a standby restarts for damage that a start mends', () => {
  expect(decide(STANDBY)).toEqual({ do: 'restart', because: 'to have mended: wal-corrupt wal/1' });
  expect(decide({ ...STANDBY, restartedAt: NOW - 600_000 }).do).toBe('restart');
});

test('a node that alerts gives that away first, to one that is able', () => {
  expect(decide(ACTIVE)).toEqual({ do: 'hand-over', to: 'node-2', because: 'to have mended: wal-corrupt wal/1' });
  const damaged = other({ damage: [DESTROYS] });
  expect(decide({ ...ACTIVE, others: [damaged, { ...other(), node: 'node-3' }] })).toMatchObject({ to: 'node-3' });
});

describe('of two damaged nodes the better one serves', () => {
  test('a standby that is no better is mended first', () => {
    expect(decide({ ...STANDBY, others: [other({ gateOpen: true, damage: [DESTROYS] })] }).do).toBe('restart');
    expect(decide({ ...ACTIVE, others: [other({ damage: [DESTROYS] })] })).toMatchObject({
      do: 'wait',
      because: 'this node alerts, and the others are damaged no less',
    });
  });
  test('a better one takes over first, and stays able to', () => {
    const worse = { ...STANDBY, others: [other({ gateOpen: true, damage: [REFUSES] })] };
    expect(decide(worse)).toMatchObject({ do: 'wait', because: expect.stringContaining('damaged worse') });
    expect(decide({ ...ACTIVE, score: damageScore([REFUSES]), others: [other({ damage: [DESTROYS] })] }).do).toBe(
      'hand-over',
    );
    // For good it does not wait: the other one may be unable to hand over.
    expect(decide({ ...worse, since: NOW - 120_000 }).do).toBe('restart');
  });
  test('what a start would do weighs more than how much there is', () => {
    expect(damageScore([])).toBe(0);
    expect(damageScore([REFUSES])).toBeGreaterThan(damageScore(Array(50).fill(DESTROYS)));
    expect(damageScore([DESTROYS, DESTROYS])).toBeGreaterThan(damageScore([DESTROYS]));
  });
});

test.each<[string, RepairInput, string]>([
  ['nothing to mend', { ...STANDBY, damage: [] }, 'no damage'],
  ['it was tried and did not help', { ...STANDBY, tried: new Set(STANDBY.damage) }, 'did not mend'],
  ['an operator paused', { ...STANDBY, paused: true }, 'paused'],
  ['an operator paused', { ...ACTIVE, paused: true }, 'paused'],
  ['nobody is seen to alert', { ...STANDBY, others: [other()] }, 'not seen to work'],
  ['nobody else is there', { ...STANDBY, others: [] }, 'not seen to work'],
  ['it has just been restarted', { ...STANDBY, restartedAt: NOW - 599_999 }, 'a short while ago'],
  ['the other one restarts', { ...ACTIVE, others: [other({}, { ready: false })] }, 'no other one could take over'],
  ['the other one is cut off', { ...ACTIVE, others: [other({ storeReachable: false })] }, 'no other one'],
  ['the other one does not know all alerts yet', { ...ACTIVE, others: [other({ gateWarm: false })] }, 'no other one'],
  ['it has just been tried', { ...ACTIVE, handedOverAt: NOW - 59_999 }, 'a short while ago'],
])('nothing is done when %s', (_, input, because) => {
  expect(decide(input)).toEqual({ do: 'wait', because: expect.stringContaining(because) });
});

test('a node that alerts is never restarted, and a standby only while another one alerts', () => {
  const damage = fc.array(fc.constantFrom(DESTROYS, REFUSES), { maxLength: 3 });
  const node = fc.record({ damage, gateOpen: fc.boolean(), ready: fc.boolean(), gateWarm: fc.boolean() });
  const situation = fc.record({ own: damage, alerts: fc.boolean(), peer: node, since: fc.nat(300_000) });
  fc.assert(
    fc.property(situation, ({ own, alerts, peer, since }) => {
      const { ready, ...agent } = peer;
      const others = [other(agent, { ready })];
      const decision = decide({ ...STANDBY, score: damageScore(own), alerts, others, since: NOW - since });
      if (decision.do === 'restart')
        expect({ alerts, serves: ready && peer.gateOpen }).toEqual({ alerts: false, serves: true });
      if (decision.do === 'hand-over') {
        expect(alerts && ready).toBe(true);
        expect(damageScore(peer.damage)).toBeLessThan(damageScore(own));
      }
    }),
  );
});
