import type { Assignment } from '../../../../lib/contract/documents/assignment';
import { DEFAULT_POLICY as policy } from '../../../../lib/contract/documents/policy';
import { decideRole, supersededWhilePartitioned } from '../../../../lib/core/failover/role';
import { initialRole, type RoleInput, type RoleState } from '../../../../lib/core/failover/role-state';
import { anAssignment } from '../../../fixtures/builders';

/** The node's own clock may start at 0. */
const T0 = 0;
const assigned = (active: string, epoch = 5, paused: Assignment['paused'] = null): Assignment =>
  anAssignment({ active, epoch, paused });
const PAUSE = { by: 'kim', since: '2026-01-01T00:00:00Z', reason: 'work' };

/** Plays rounds one second apart; `self` is node b. Returns the last decision. */
function play(start: Assignment | null, ...rounds: (Partial<RoleInput> & { times?: number })[]) {
  let state: RoleState = initialRole('b', start, T0);
  let now = T0;
  let last = decideRole(state, { ...QUIET, ...rounds[0] }, policy, now);
  for (const { times = 1, ...input } of rounds) {
    for (let i = 0; i < times; i += 1) {
      last = decideRole(state, { ...QUIET, ...input }, policy, now);
      state = last.state;
      now += 1_000;
    }
  }
  return last;
}
const QUIET: RoleInput = {
  store: null,
  activeFailures: 0,
  activeSuccesses: 1,
  peerIsAlerting: false,
  selfIsHealthy: true,
  standbyRank: 0,
  attempt: 'none',
};
const reads = (assignment: Assignment | null, heartbeat: string | null = 'beat') => ({
  store: { assignment, heartbeat },
});
const DEAD = { activeFailures: 3, activeSuccesses: 0 };
const A = assigned('a');

describe('a node that is told', () => {
  test.each([
    ['assigned: open', play(null, reads(assigned('b'))), 'open', 'Assigned by epoch 5'],
    ['not assigned: closed', play(null, { ...reads(A), peerIsAlerting: true }), 'closed', 'a peer alerts'],
    [
      'of the epoch that it has, the bucket is believed: all nodes read the same',
      play(assigned('b'), reads(assigned('a'))),
      'closed',
      'Standby of epoch 5',
    ],
    ['assigned on disk, S3 gone: stays open', play(assigned('b'), { times: 100 }), 'open', 'Assigned by epoch 5'],
    ['an older epoch is refused', play(assigned('b', 9), reads(assigned('a', 8))), 'open', 'the bucket lost it'],
    [
      'a higher one is obeyed at once',
      play(assigned('b', 9), reads(assigned('a', 10))),
      'closed',
      'Standby of epoch 10',
    ],
  ])('%s', (_name, { gate, because }, expected, says) => {
    expect(gate).toBe(expected);
    expect(because).toContain(says);
  });

  test.each([
    ['deleted', play(assigned('b'), reads(null)), true],
    ['put back', play(assigned('b', 9), reads(assigned('a', 8))), true],
    ['deleted while paused', play(assigned('b', 5, PAUSE), reads(null)), true],
    ['current', play(assigned('b'), reads(assigned('b'))), false],
  ])('an assignment that is %s is written anew where that is due', (_name, { takeOver }, due) =>
    expect(takeOver).toBe(due),
  );
});

describe('standing in for the control plane', () => {
  const silent = (seconds: number, over: Partial<RoleInput> = {}) =>
    play(A, { ...reads(A), ...DEAD, ...over, times: seconds + 1 });
  test('asks when the heartbeat stood still for its time, and not before', () => {
    expect(silent(11).takeOver).toBe(false);
    expect(silent(12).takeOver).toBe(true);
    expect(silent(12).gate).toBe('closed');
    expect(silent(12).because).toContain('silent for 12 s');
  });
  test.each<[string, Partial<RoleInput>]>([
    ['the active node answers', { activeFailures: 2 }],
    ['a peer alerts', { peerIsAlerting: true }],
    ['its own Prometheus does not work', { selfIsHealthy: false }],
  ])('not while %s', (_name, over) => expect(silent(60, over).takeOver).toBe(false));
  test('not while paused', () => {
    const paused = assigned('a', 5, PAUSE);
    expect(play(paused, { ...reads(paused), ...DEAD, times: 60 }).takeOver).toBe(false);
  });
  test('not while heartbeats arrive', () => {
    const rounds = Array.from({ length: 40 }, (_, i) => ({ ...reads(A, `beat ${i >> 1}`), ...DEAD }));
    expect(play(A, ...rounds).takeOver).toBe(false);
  });
  test('not while the bucket fails: it could not be written', () => {
    const got = play(A, { ...reads(A), times: 13 }, { ...DEAD, times: 5 });
    expect(got).toMatchObject({ gate: 'closed', takeOver: false });
    expect(got.because).toContain('the control bucket fails since 4 s, grace 10 s');
  });
  test('a bucket that never had a heartbeat counts as silent from the start of the agent', () => {
    expect(play(A, { times: 12 }, { ...reads(A, null), ...DEAD }).takeOver).toBe(true);
  });
  test('at once when an older version was put back', () =>
    expect(play(assigned('a', 9), { ...reads(assigned('b', 8)), ...DEAD })).toMatchObject({
      gate: 'closed',
      takeOver: true,
    }));
  test('also for the first assignment', () =>
    expect(play(null, { ...reads(null, null), times: 13 }).takeOver).toBe(true));
});

describe('breaking the glass', () => {
  const gone = (seconds: number, over: Partial<RoleInput> = {}, start: Assignment | null = A) =>
    play(start, { ...DEAD, ...over, times: seconds + 1 });
  test('after the grace, loudly, and not before', () => {
    expect(gone(9).gate).toBe('closed');
    expect(gone(10)).toMatchObject({ gate: 'open', takeOver: false });
    expect(gone(10).because).toContain('BREAK GLASS: a does not alert and the control bucket has failed for 10 s');
  });
  test('the next in line waits longer', () => {
    expect(gone(19, { standbyRank: 1 }).gate).toBe('closed');
    expect(gone(20, { standbyRank: 1 }).gate).toBe('open');
  });
  test('also by a node that never heard of an assignment', () => expect(gone(10, {}, null).gate).toBe('open'));
  test.each<[string, Partial<RoleInput>]>([
    ['the active node answers', { activeFailures: 2 }],
    ['a peer alerts', { peerIsAlerting: true }],
    ['its own Prometheus does not work', { selfIsHealthy: false }],
  ])('not while %s', (_name, over) => expect(gone(60, over).gate).toBe('closed'));
  test('not while paused', () => expect(gone(60, {}, assigned('a', 5, PAUSE)).gate).toBe('closed'));

  const broken = { ...DEAD, times: 11 };
  test.each([
    ['stays while nobody else alerts', play(A, broken, { ...DEAD, times: 60 }), 'open', false],
    ['is made official when S3 answers', play(A, broken, { ...DEAD, ...reads(A) }), 'open', true],
    ['ends with a higher epoch', play(A, broken, { ...DEAD, ...reads(assigned('c', 6)) }), 'closed', false],
    ['ends when the active node alerts again', play(A, broken, { ...reads(A), activeSuccesses: 2 }), 'closed', false],
    ['stays when S3 cannot tell who is assigned', play(A, broken, { activeSuccesses: 2 }), 'open', false],
    ['one answer of it is not enough', play(A, broken, { ...reads(A), activeSuccesses: 1 }), 'open', true],
    ['is made official also as the first assignment', play(null, broken, { ...DEAD, ...reads(null) }), 'open', true],
    [
      'stays when nobody is assigned who could alert',
      play(null, broken, { ...reads(null), activeSuccesses: 2 }),
      'open',
      true,
    ],
    [
      'is not made official over a pause',
      play(A, broken, { ...DEAD, ...reads(assigned('a', 5, PAUSE)) }),
      'open',
      false,
    ],
    ['becomes an ordinary assignment', play(A, broken, reads(assigned('b', 6))), 'open', false],
  ])('a broken glass %s', (_name, got, gate, takeOver) => expect(got).toMatchObject({ gate, takeOver }));

  test('after it the node knows whom it made way for', () => {
    const got = play(A, broken, { ...DEAD, ...reads(assigned('c', 6)) });
    expect(got.state).toMatchObject({ node: 'b', breakGlass: null, assignment: { active: 'c', epoch: 6 } });
  });

  describe('when only writes fail', () => {
    /** 9 s of failing writes, then something else, then 5 s more without the active node. */
    const after = (...between: Parameters<typeof play>[1][]) =>
      play(A, { ...reads(A), ...DEAD, attempt: 'store-failed', times: 9 }, ...between, { ...DEAD, times: 5 }).gate;
    test('rounds without an attempt do not end it', () => expect(after()).toBe('open'));
    test('a refused attempt does: the bucket took the request', () =>
      expect(after({ ...reads(A), ...DEAD, attempt: 'refused' })).toBe('closed'));
    test('so does an assignment that somebody else wrote', () =>
      expect(after({ ...reads(assigned('c', 6)), ...DEAD })).toBe('closed'));
  });

  test('writes that fail count like reads that fail', () => {
    const got = play(
      A,
      { ...reads(A), ...DEAD, times: 13 },
      { ...reads(A), ...DEAD, attempt: 'store-failed', times: 11 },
    );
    expect(got.gate).toBe('open');
  });
  test('a write that failed before things calmed down is forgotten', () => {
    const calm = { ...reads(A), peerIsAlerting: true, times: 30 };
    expect(play(A, { ...reads(A), ...DEAD, attempt: 'store-failed' }, calm, { ...reads(A, 'new'), ...DEAD }).gate).toBe(
      'closed',
    );
  });
});

describe('what a cut-off node found out on its own', () => {
  /** Node b alerts (epoch 5), reads nothing for `ms`, then reads that node a has epoch 6. */
  const afterSilence = (ms: number, next: Assignment): boolean => {
    let state: RoleState = initialRole('b', assigned('b'), T0);
    state = decideRole(state, QUIET, policy, T0).state;
    const now = T0 + ms;
    const last = decideRole(state, { ...QUIET, ...reads(next) }, policy, now);
    return supersededWhilePartitioned(state, last, policy, now);
  };
  test('is distrusted when another node took over meanwhile', () => {
    expect(afterSilence(70_000, assigned('a', 6))).toBe(true);
  });
  test('counts when nobody did, or when one read merely failed', () => {
    expect(afterSilence(70_000, assigned('b', 5))).toBe(false);
    expect(afterSilence(1_000, assigned('a', 6))).toBe(false);
  });
  test('a standby has nothing to distrust', () => {
    const state = decideRole(initialRole('b', A, T0), QUIET, policy, T0).state;
    const last = decideRole(state, { ...QUIET, ...reads(assigned('a', 6)) }, policy, T0 + 90_000);
    expect(supersededWhilePartitioned(state, last, policy, T0 + 90_000)).toBe(false);
  });

  const epoch6 = { ...QUIET, ...reads(assigned('a', 6)) };
  const superseded = (state: RoleState, now: number) =>
    supersededWhilePartitioned(state, decideRole(state, epoch6, policy, now), policy, now);
  test('counts for as long as one read may take', () => {
    const state = decideRole(initialRole('b', assigned('b'), T0), QUIET, policy, T0).state;
    const oneRead = policy.storeTimeoutMs + policy.pollMs;
    expect(superseded(state, T0 + oneRead)).toBe(false);
    expect(superseded(state, T0 + oneRead + 1)).toBe(true);
  });
  test('is distrusted also when it had broken the glass', () => {
    expect(superseded(play(A, { ...DEAD, times: 11 }).state, T0 + 60_000)).toBe(true);
    expect(superseded(play(null, { ...DEAD, times: 11 }).state, T0 + 60_000)).toBe(true);
  });
  test('a node that never heard of an assignment has nothing to distrust', () => {
    expect(superseded(play(null, {}).state, T0 + 60_000)).toBe(false);
  });
});

describe('a planned hand-over', () => {
  const mine = reads(assigned('b'));
  const by = { by: 'operator' } as const;
  const handed = reads({ ...assigned('a', 6), ...by });
  const open = { ...handed, peerIsAlerting: true };

  test('keeps the gate open until the other one alerts, then closes it', () => {
    expect(play(assigned('b'), mine, { ...handed, times: 3 })).toMatchObject({ gate: 'open', takeOver: false });
    expect(play(assigned('b'), mine, { ...handed, times: 3 }, open).gate).toBe('closed');
    expect(play(assigned('b'), mine, open).gate).toBe('closed');
  });

  test('does not wait for ever', () => {
    expect(play(assigned('b'), mine, { ...handed, times: 10 }).gate).toBe('open');
    expect(play(assigned('b'), mine, { ...handed, times: 11 }).gate).toBe('closed');
  });

  test('is an operator’s only: who lost alerting by failing closes at once', () => {
    const failed = reads(assigned('a', 6));
    expect(play(assigned('b'), mine, failed).gate).toBe('closed');
  });

  test('is none for a node that was cut off when it happened', () => {
    expect(play(assigned('b'), mine, { store: null, times: 2 }, handed).gate).toBe('closed');
  });

  test('is none for a node that did not alert before', () => {
    expect(play(A, reads(A), reads({ ...assigned('c', 6), ...by })).gate).toBe('closed');
    expect(play(null, handed).gate).toBe('closed');
  });

  test('ends with the next epoch', () => {
    expect(play(assigned('b'), mine, handed, reads({ ...assigned('a', 7), ...by })).gate).toBe('closed');
  });
});
