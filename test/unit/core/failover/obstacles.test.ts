import { MAX_EPOCH_JUMP } from '../../../../lib/contract/documents/assignment';
import { DEFAULT_POLICY as policy } from '../../../../lib/contract/documents/policy';
import { dampedForMs } from '../../../../lib/core/failover/promotion';
import type { Situation } from '../../../../lib/core/failover/candidates';
import { ACTIVE, ago, assignment, DEAD, decide, NOW } from './situation';
import type { ProbeChanges } from '../../../fixtures/builders';

describe('who cannot take over, and why', () => {
  const far = { agent: { appliedEpoch: 7 + MAX_EPOCH_JUMP + 1 } };
  test.each<[string, Record<string, ProbeChanges>, Partial<Situation>, string]>([
    ['its address is unknown', { a: DEAD }, {}, 'b: its address is not known'],
    ['it said that its Prometheus exited', { a: DEAD, b: {} }, { exited: 'b' }, 'b: its Prometheus exited'],
    ['it claims an epoch that nobody wrote', { a: DEAD, b: far }, {}, 'b: it claims epoch 1000008'],
    ['it is the one that fails, by its gate', { a: {}, b: DEAD }, {}, 'a: its gate is closed; b: Prometheus'],
    [
      'it cannot learn of it',
      { a: DEAD, b: { agent: { storeReachable: false } } },
      {},
      'b: it cannot read the control',
    ],
    ['two reasons, what it lacks first', { a: DEAD, b: { ready: false } }, { exited: 'b' }, 'b: Prometheus is not'],
  ])('%s', (_, probes, over, because) => {
    const got = decide(probes, { nodes: ['a', 'b'], ...over });
    expect(got).toMatchObject({ to: null, noCandidate: true });
    expect(got.because).toContain(because);
  });

  test('a standby that said that its Prometheus exited is passed over, however well it looks', () => {
    expect(decide({ a: DEAD, b: {}, c: {} }, { exited: 'b' }).to).toBe('c');
  });

  test('who is ahead by more than can be true is not believed', () => {
    const claims = (epoch: number) => decide({ a: ACTIVE, b: { agent: { appliedEpoch: epoch } } });
    expect(claims(7 + MAX_EPOCH_JUMP).epoch).toBe(7 + MAX_EPOCH_JUMP + 1);
    expect(claims(7 + MAX_EPOCH_JUMP + 1).epoch).toBeNull();
  });
});

describe('damping', () => {
  const damped = (...agesMs: number[]) => dampedForMs(assignment({ promotions: agesMs.map(ago) }), policy, NOW);
  test.each([
    ['two recent promotions are free', [20_000, 10_000], 0],
    ['the third recent one starts the hold-down', [50_000, 20_000, 10_000], 20_000],
    ['which ends', [50_000, 40_000, 30_000], 0],
    ['one is counted until the window has passed', [599_999, 20_000, 10_000], 20_000],
    ['and no longer', [600_000, 20_000, 10_000], 0],
    ['what left the window is forgotten', [700_000, 20_000, 10_000], 0],
    ['a clock that ran ahead by 4 s counts as 4 s', [50_000, 20_000, -4_000], 26_000],
    ['a clock that ran ahead by an hour does not hold us for an hour', [50_000, 20_000, -3_600_000], 0],
  ])('%s', (_name, ages, expected) => expect(damped(...ages)).toBe(expected));

  test('damped: says how long, moves nothing', () => {
    const promotions = [50_000, 20_000, 10_000].map(ago);
    const got = decide({ a: DEAD, b: {} }, { assignment: assignment({ promotions }) });
    expect(got).toMatchObject({ to: null, noCandidate: false });
    expect(got.because).toContain('moved 3 times lately: waiting 20 s more before b takes over');
  });
});
