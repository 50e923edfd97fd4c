import fc from 'fast-check';
import { DEFAULT_POLICY as policy } from '../../../../lib/contract/documents/policy';
import { decidePromotion } from '../../../../lib/core/failover/promotion';
import { ACTIVE, ago, assignment, DEAD, decide, NOW } from './situation';

const LATE = { group: 'g', byMs: 9_000 };

describe('who alerts next', () => {
  const cases: [string, () => ReturnType<typeof decide>, string | null, string][] = [
    ['an active node that serves stays', () => decide({ a: ACTIVE, b: {} }), null, 'a alerts and answers'],
    ['a dead one is replaced', () => decide({ a: DEAD, b: {} }), 'b', 'b took over from a: Prometheus is not ready'],
    ['a node whose address is unknown too', () => decide({ b: {} }), 'b', 'its address is not known in 3 probes'],
    ['so is one whose gate is closed', () => decide({ a: {}, b: {} }), 'b', 'its gate is closed in 3 probes'],
    [
      'one that stopped scraping',
      () => decide({ a: { ...ACTIVE, scrapeLagMs: 5_001 }, b: {} }),
      'b',
      'last scraped 5.0 s ago',
    ],
    [
      'two misses are not enough',
      () => decide({ a: DEAD, b: {} }, { consecutiveFailures: { node: 'a', count: 2 } }),
      null,
      'missed 2 of 3',
    ],
    [
      "another node's misses do not count",
      () => decide({ a: DEAD, b: {} }, { consecutiveFailures: { node: 'b', count: 9 } }),
      null,
      'missed 0 of 3',
    ],
    [
      'an exit needs no counting',
      () => decide({ a: { ready: false }, b: {} }, { exited: 'a', consecutiveFailures: null }),
      'b',
      'its Prometheus exited',
    ],
    [
      'an old report of an exit does nothing',
      () => decide({ a: ACTIVE, b: {} }, { exited: 'a' }),
      null,
      'a alerts and answers',
    ],
    [
      "a standby's exit does nothing",
      () => decide({ a: DEAD, b: {} }, { exited: 'b', consecutiveFailures: null }),
      null,
      'missed 0 of 3',
    ],
    ['nobody is promoted unready', () => decide({ a: DEAD, b: { ready: false } }), null, 'b: Prometheus is not ready'],
    [
      'nor without scraping',
      () => decide({ a: DEAD, b: { scrapeLagMs: null } }),
      null,
      'b: Prometheus has not scraped yet',
    ],
    ['nor without an agent', () => decide({ a: DEAD, b: { agent: null } }), null, 'b: the agent does not answer'],
    [
      'nor unable to learn of it',
      () => decide({ a: DEAD, b: { agent: { storeReachable: false } } }),
      null,
      'cannot read the control bucket',
    ],
    [
      'nor blind: what it has not found since it started others know',
      () => decide({ a: DEAD, b: { agent: { undiscovered: ['ec2', 'nodes'] } } }),
      null,
      'b: it has not discovered the targets of ec2, nodes since it started',
    ],
    [
      'who sees all is preferred',
      () => decide({ a: DEAD, b: { agent: { undiscovered: ['ec2'] } }, c: { agent: { gatePrimed: false } } }),
      'c',
      'c took over',
    ],
    [
      'who alerts is not replaced for being blind',
      () => decide({ a: { agent: { ...ACTIVE.agent, undiscovered: ['ec2'] } }, b: {} }),
      null,
      'a alerts and answers',
    ],
    [
      'rules that are late are no alerting, where those of another are on time',
      () => decide({ a: { agent: { gateOpen: true, rulesLate: LATE } }, b: { agent: { rulesLate: LATE } }, c: {} }),
      'c',
      'its rules are late: group g by 9.0 s in 3 probes',
    ],
    [
      'where they are late everywhere, nobody would do better',
      () => decide({ a: { agent: { gateOpen: true, rulesLate: LATE } }, b: { agent: { rulesLate: LATE } } }),
      null,
      'a alerts and answers',
    ],
    [
      'one whose rules are late is better than none',
      () => decide({ a: DEAD, b: { agent: { rulesLate: LATE } } }),
      'b',
      'b took over from a',
    ],
    [
      'a primed gate is preferred',
      () => decide({ a: DEAD, b: { agent: { gatePrimed: false } }, c: {} }),
      'c',
      'c took over',
    ],
    [
      'an unprimed one is better than nobody',
      () => decide({ a: DEAD, b: { agent: { gatePrimed: false } } }),
      'b',
      'b took over',
    ],
    ['who broke the glass is preferred', () => decide({ a: DEAD, b: {}, c: ACTIVE }), 'c', 'c took over'],
    ['order of preference decides among equals', () => decide({ a: DEAD, c: {}, b: {} }), 'b', 'b took over'],
    [
      'works, gate closed, is not its own successor',
      () => decide({ a: {}, b: DEAD }),
      null,
      'no other node can take over',
    ],
    [
      'first assignment',
      () => decide({ a: { agent: { appliedEpoch: 0 } } }, { assignment: null }),
      'a',
      'the first node that is ready',
    ],
    ['first assignment, nobody able', () => decide({ a: DEAD }, { assignment: null }), null, 'Nobody alerts yet'],
    ['a lost assignment goes to who alerts', () => decide({ a: {}, b: ACTIVE }, { assignment: null }), 'b', 'b alerts'],
    [
      'an old version put back, and nobody alerts',
      () => decide({ a: { agent: { appliedEpoch: 9 } }, b: DEAD }, { consecutiveFailures: null }),
      'a',
      'went back to epoch 7, nodes know 9',
    ],
    [
      'an old version put back',
      () => decide({ a: {}, b: { agent: { gateOpen: true, appliedEpoch: 9 } } }),
      'b',
      'went back to epoch 7, nodes know 9',
    ],
  ];
  test.each(cases)('%s', (_name, act, to, because) => {
    const got = act();
    expect(got.to).toBe(to);
    expect(got.because).toContain(because);
  });

  test('a pause that nodes know and the bucket forgot is put back, and nothing moves', () => {
    const pause = { active: 'b', paused: { by: 'kim', since: ago(1), reason: 'work' } };
    const agent = { appliedEpoch: 9, gateOpen: true, pause };
    for (const found of [null, assignment()]) {
      const probes = { a: ACTIVE, b: { agent }, c: {} };
      const { because, ...got } = decide(probes, { assignment: found });
      expect(got).toMatchObject({ to: 'b', epoch: 10, paused: pause.paused });
      expect(because).toContain('b keeps alerting, paused by kim');
    }
    // Of an epoch that the bucket knows, or one that others have left behind, it is no news.
    expect(decide({ a: ACTIVE, b: { agent: { ...agent, appliedEpoch: 7 } } }).to).toBeNull();
    expect(decide({ a: ACTIVE, b: { agent }, c: { agent: { appliedEpoch: 10 } } })).toMatchObject({ paused: null });
  });
  test('a pause that was put back counts for nothing in damping', () => {
    const pause = { active: 'b', paused: { by: 'kim', since: ago(1), reason: 'work' } };
    const probes = { b: { agent: { appliedEpoch: 9, pause } } };
    const promotions = [ago(20_000), ago(10_000)];
    expect(decide(probes, { assignment: assignment({ promotions }) })).toMatchObject({
      promotions,
      because: expect.stringContaining('went back to epoch 7, nodes know 9'),
    });
    expect(decide(probes, { assignment: null })).toMatchObject({
      promotions: [],
      because: expect.stringContaining('went back to nothing, nodes know 9'),
    });
  });
  test('a pause that the bucket knows as well, or has ended, is not written anew', () => {
    const paused = { by: 'kim', since: ago(1), reason: 'work' };
    const probes = { a: { agent: { gateOpen: true, pause: { active: 'a', paused } } } };
    expect(decide(probes, { assignment: assignment({ paused }) }).because).toContain('Paused by kim');
    expect(decide(probes, { assignment: assignment({ epoch: 8 }) }).because).toContain('alerts and answers');
  });
  test('a forgotten pause is put back also when an older agent of the same epoch says nothing of it', () => {
    const pause = { active: 'a', paused: { by: 'kim', since: ago(1), reason: 'work' } };
    const probes = { a: { agent: { appliedEpoch: 9 } }, b: DEAD, c: { agent: { appliedEpoch: 9, pause } } };
    expect(decide(probes).paused).toEqual(pause.paused);
  });
  test('paused: nothing automatic happens, and it says by whom', () => {
    const paused = { by: 'kim', since: ago(1), reason: 'work' };
    const got = decide({ a: DEAD, b: {} }, { assignment: assignment({ paused }) });
    expect(got).toMatchObject({ to: null, because: `Paused by kim since ${paused.since}: a keeps alerting.` });
  });

  test('only a needed and impossible promotion is stuck', () => {
    expect(decide({ a: DEAD, b: DEAD }).noCandidate).toBe(true);
    expect(decide({ a: DEAD }, { assignment: null }).noCandidate).toBe(true);
    expect(decide({ a: ACTIVE, b: DEAD }).noCandidate).toBe(false);
    expect(decide({ a: DEAD, b: DEAD }, { consecutiveFailures: null }).noCandidate).toBe(false);
    expect(
      decide({ a: { ...DEAD, agent: { appliedEpoch: 9 } }, b: DEAD }, { consecutiveFailures: null }).noCandidate,
    ).toBe(true);
  });

  test('a lost or older assignment is followed by an epoch that every node accepts', () => {
    expect(decide({ a: ACTIVE }, { assignment: null }).epoch).toBe(8);
    expect(decide({ a: { agent: { gateOpen: true, appliedEpoch: 9 } } }).epoch).toBe(10);
  });
});

const anyProbe = (node: string) =>
  fc.record({
    node: fc.constant(node),
    at: fc.constant(NOW),
    ready: fc.boolean(),
    scrapeLagMs: fc.option(fc.nat(10_000)),
    errors: fc.constant([]),
    agent: fc.option(
      fc.record({
        appliedEpoch: fc.nat(12),
        gateOpen: fc.boolean(),
        gatePrimed: fc.boolean(),
        storeReachable: fc.boolean(),
      }),
    ),
  });

test('whatever the probes say: epochs rise, only a node that is ready and scraping is chosen, a serving one is kept', () => {
  fc.assert(
    fc.property(
      fc.tuple(anyProbe('a'), anyProbe('b'), anyProbe('c')),
      fc.nat(5),
      fc.constantFrom(null, 'a', 'b'),
      fc.boolean(),
      (probes, count, exited, none) => {
        const current = none ? null : assignment();
        const decision = decidePromotion(
          {
            assignment: current,
            nodes: ['a', 'b', 'c'],
            probes: new Map(probes.map((p) => [p.node, p])),
            consecutiveFailures: { node: 'a', count },
            silence: null,
            exited,
            caller: 'alarm',
            policy,
          },
          NOW,
        );
        expect(decision.because).toMatch(/\.$/);
        if (decision.kind === 'none') return;
        const chosen = probes.find((p) => p.node === decision.next.active)!;
        expect(decision.next.epoch).toBeGreaterThan(
          Math.max(current?.epoch ?? 0, ...probes.map((p) => p.agent?.appliedEpoch ?? 0)),
        );
        expect(chosen.ready && chosen.scrapeLagMs !== null && chosen.scrapeLagMs <= policy.maxScrapeLagMs).toBe(true);
        const [a] = probes;
        const serving = a.ready && (a.scrapeLagMs ?? Infinity) <= policy.maxScrapeLagMs && a.agent?.gateOpen === true;
        if (current !== null && serving) expect(decision.next.active).toBe('a');
      },
    ),
    { numRuns: 3_000 },
  );
});
