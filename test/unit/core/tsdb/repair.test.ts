import fc from 'fast-check';
import { corruptionScore, decideRepair, type RepairInput } from '../../../../lib/core/tsdb/repair';
import type { Probe } from '../../../../lib/core/failover/health';
import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import { aProbe, type ProbedAgent } from '../../../fixtures/builders';

const NOW = 10_000_000;
const DESTROYS = { class: 'wal-corrupt', ifStarted: 'destroys' };
const REFUSES = { class: 'block-index', ifStarted: 'refuses' };

/** Another node that works. */
const other = (agent: Partial<ProbedAgent> = {}, more: Partial<Probe> = {}): Probe => ({
  ...aProbe('node-2', { at: NOW, agent: { corruption: [], ...agent } }),
  ...more,
});
const STANDBY: RepairInput = {
  corruption: ['wal-corrupt wal/1'],
  since: NOW,
  score: corruptionScore([DESTROYS]),
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

test('a standby restarts for corruption that a start repairs', () => {
  expect(decide(STANDBY)).toEqual({ do: 'restart', because: 'to have repaired: wal-corrupt wal/1' });
  expect(decide({ ...STANDBY, restartedAt: NOW - 600_000 }).do).toBe('restart');
});

test('a node that alerts gives that away first, to one that is able', () => {
  expect(decide(ACTIVE)).toEqual({ do: 'hand-over', to: 'node-2', because: 'to have repaired: wal-corrupt wal/1' });
  const corrupted = other({ corruption: [DESTROYS] });
  expect(decide({ ...ACTIVE, others: [corrupted, { ...other(), node: 'node-3' }] })).toMatchObject({ to: 'node-3' });
});

describe('of two corrupted nodes the better one serves', () => {
  test('a standby that is no better is repaired first', () => {
    expect(decide({ ...STANDBY, others: [other({ gateOpen: true, corruption: [DESTROYS] })] }).do).toBe('restart');
    expect(decide({ ...ACTIVE, others: [other({ corruption: [DESTROYS] })] })).toMatchObject({
      do: 'wait',
      because: 'this node alerts, and the others are corrupted no less',
    });
  });
  test('a better one takes over first, and stays able to', () => {
    const worse = { ...STANDBY, others: [other({ gateOpen: true, corruption: [REFUSES] })] };
    expect(decide(worse)).toMatchObject({ do: 'wait', because: expect.stringContaining('corrupted worse') });
    expect(
      decide({ ...ACTIVE, score: corruptionScore([REFUSES]), others: [other({ corruption: [DESTROYS] })] }).do,
    ).toBe('hand-over');
    // For good it does not wait: the other one may be unable to hand over.
    expect(decide({ ...worse, since: NOW - 120_000 }).do).toBe('restart');
  });
  test('what a start would do weighs more than how much there is', () => {
    expect(corruptionScore([])).toBe(0);
    expect(corruptionScore([REFUSES])).toBeGreaterThan(corruptionScore(Array(50).fill(DESTROYS)));
    expect(corruptionScore([DESTROYS, DESTROYS])).toBeGreaterThan(corruptionScore([DESTROYS]));
  });
});

test.each<[string, RepairInput, string]>([
  ['nothing to repair', { ...STANDBY, corruption: [] }, 'no corruption'],
  ['it was tried and did not help', { ...STANDBY, tried: new Set(STANDBY.corruption) }, 'did not repair'],
  ['an operator paused', { ...STANDBY, paused: true }, 'paused'],
  ['an operator paused', { ...ACTIVE, paused: true }, 'paused'],
  ['nobody is seen to alert', { ...STANDBY, others: [other()] }, 'not seen to work'],
  ['nobody else is there', { ...STANDBY, others: [] }, 'not seen to work'],
  ['it has just been restarted', { ...STANDBY, restartedAt: NOW - 599_999 }, 'a short while ago'],
  ['the other one restarts', { ...ACTIVE, others: [other({}, { ready: false })] }, 'no other one could take over'],
  ['the other one is cut off', { ...ACTIVE, others: [other({ storeReachable: false })] }, 'no other one'],
  ['the other one does not know all alerts yet', { ...ACTIVE, others: [other({ gatePrimed: false })] }, 'no other one'],
  ['it has just been tried', { ...ACTIVE, handedOverAt: NOW - 59_999 }, 'a short while ago'],
])('nothing is done when %s', (_, input, because) => {
  expect(decide(input)).toEqual({ do: 'wait', because: expect.stringContaining(because) });
});

test('a node that alerts is never restarted, and a standby only while another one alerts', () => {
  const corruption = fc.array(fc.constantFrom(DESTROYS, REFUSES), { maxLength: 3 });
  const node = fc.record({ corruption, gateOpen: fc.boolean(), ready: fc.boolean(), gatePrimed: fc.boolean() });
  const situation = fc.record({ own: corruption, alerts: fc.boolean(), peer: node, since: fc.nat(300_000) });
  fc.assert(
    fc.property(situation, ({ own, alerts, peer, since }) => {
      const { ready, ...agent } = peer;
      const others = [other(agent, { ready })];
      const decision = decide({ ...STANDBY, score: corruptionScore(own), alerts, others, since: NOW - since });
      if (decision.do === 'restart')
        expect({ alerts, isAlerting: ready && peer.gateOpen }).toEqual({ alerts: false, isAlerting: true });
      if (decision.do === 'hand-over') {
        expect(alerts && ready).toBe(true);
        expect(corruptionScore(peer.corruption)).toBeLessThan(corruptionScore(own));
      }
    }),
  );
});
