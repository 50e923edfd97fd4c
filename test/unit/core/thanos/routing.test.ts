import fc from 'fast-check';
import { DEFAULT_POLICY as policy } from '../../../../lib/contract/documents/policy';
import {
  decideRoute,
  noteProbe,
  NO_HISTORY,
  type Route,
  type RoutingSituation,
  thanosWell,
} from '../../../../lib/core/thanos/routing';

const NOW = 1_000_000;
const { backAfterMs: BACK, holdMs: HOLD } = policy.routing;
const well = (forMs: number) => ({
  consecutiveFailures: 0,
  consecutiveSuccesses: Math.floor(forMs / 2_000) + 1,
  wellSince: NOW - forMs,
});
const failing = (consecutiveFailures: number) => ({ consecutiveFailures, consecutiveSuccesses: 0, wellSince: null });
/** None answers. */
const NONE = { known: 2, answering: 0, blind: 0, inService: 0 };
const PAUSED = { by: 'operator', since: '2026-01-01T00:00:00Z', reason: 'a test' } as RoutingSituation['paused'];

const situation = (over: Partial<RoutingSituation> = {}): RoutingSituation => ({
  route: 'thanos',
  routeSince: NOW - 1e6,
  whole: true,
  thanos: well(60_000),
  tasks: { known: 2, answering: 2, blind: 0, inService: 2 },
  readyNodes: ['a', 'b'],
  paused: null,
  policy,
  ...over,
});

describe('where queries go', () => {
  test.each<[string, Partial<RoutingSituation>, Route, boolean, string]>([
    ['all well', {}, 'thanos', false, 'Thanos answers.'],
    [
      'one of two tasks fails',
      { tasks: { known: 2, answering: 1, blind: 0, inService: 1 } },
      'thanos',
      false,
      'by 1 of 2 query tasks',
    ],
    [
      'two misses',
      { thanos: failing(2), tasks: NONE },
      'thanos',
      false,
      'Thanos missed 2 of 3 probes: not enough to act.',
    ],
    [
      'three misses',
      { thanos: failing(3), tasks: NONE },
      'nodes',
      true,
      'Queries go to the nodes (a, b ready): none of 2 query tasks',
    ],
    [
      'no task at all',
      { thanos: failing(3), tasks: { known: 0, answering: 0, blind: 0, inService: 0 } },
      'nodes',
      true,
      'none of 0 query tasks',
    ],
    [
      'one of two asks no node, as after a start',
      { thanos: failing(14), tasks: { known: 2, answering: 2, blind: 1, inService: 2 } },
      'thanos',
      false,
      'Thanos missed 14 of 15 probes',
    ],
    [
      'one of two asks no node',
      { thanos: failing(15), tasks: { known: 2, answering: 2, blind: 1, inService: 2 } },
      'nodes',
      true,
      'Queries go to the nodes (a, b ready): 1 of 2 query tasks answer without asking any node',
    ],
    [
      'nobody is ready',
      { thanos: failing(9), tasks: NONE, readyNodes: [] },
      'thanos',
      false,
      'no node is ready either',
    ],
    ['one node is ready', { thanos: failing(3), tasks: NONE, readyNodes: ['b'] }, 'nodes', true, '(b ready)'],
    ['still down', { route: 'nodes', thanos: failing(30) }, 'nodes', false, 'Thanos does not answer: queries stay'],
    ['nothing seen yet', { route: 'nodes', thanos: NO_HISTORY }, 'nodes', false, 'Thanos does not answer'],
    ['nothing seen yet', { thanos: NO_HISTORY }, 'thanos', false, 'Thanos answers.'],
    ['almost long enough', { route: 'nodes', thanos: well(BACK - 1) }, 'nodes', false, 'well for 19 of 20 s'],
    ['long enough', { route: 'nodes', thanos: well(BACK) }, 'thanos', true, 'it has been well for 20 s'],
    [
      'long enough, but the route was changed only now',
      { route: 'nodes', routeSince: NOW - HOLD + 1 },
      'nodes',
      false,
      'changed 119 s ago, which is held for 120 s',
    ],
    ['held long enough', { route: 'nodes', routeSince: NOW - HOLD }, 'thanos', true, 'again'],
    [
      'long enough, but its targets are new to the load balancer',
      { route: 'nodes', tasks: { known: 2, answering: 2, blind: 0, inService: 0 } },
      'nodes',
      false,
      'no query task in service yet',
    ],
    ['a group is not on the listener', { whole: false }, 'thanos', true, 'Both target groups belong on the query'],
    ['nor is it on the way', { route: 'nodes', thanos: failing(9), whole: false }, 'nodes', true, 'Both target groups'],
    ['nor paused', { whole: false, paused: PAUSED }, 'thanos', false, 'Paused by operator'],
    [
      'no node answers, Thanos rose',
      { route: 'nodes', thanos: well(2_000), readyNodes: [] },
      'thanos',
      true,
      'no node does',
    ],
    [
      'no node answers, Thanos did once',
      { route: 'nodes', thanos: well(0), readyNodes: [] },
      'nodes',
      false,
      '1 of 2 probes',
    ],
    ['pointed elsewhere by a person', { route: 'other', thanos: failing(9) }, 'other', false, 'neither'],
    [
      'paused',
      { thanos: failing(9), tasks: NONE, paused: PAUSED },
      'thanos',
      false,
      'Paused by operator since 2026-01-01T00:00:00Z',
    ],
    ['paused', { route: 'nodes', paused: PAUSED }, 'nodes', false, 'queries stay with the nodes'],
  ])('%s', (_, over, route, write, because) => {
    const decision = decideRoute(situation(over), NOW);
    expect(decision).toMatchObject({ route, write });
    expect(decision.because).toContain(because);
    expect(decision.because).toMatch(/^[A-Z][^.]*(\.\d[^.]*)*\.$/); // one sentence
  });
});

/** A caller that probes every 2 s and does what is decided. */
function run(answers: readonly boolean[], ready: readonly boolean[] = [], start: Route = 'thanos') {
  let history = NO_HISTORY;
  let route: Route = start;
  let routeSince = 0;
  return answers.map((answered, i) => {
    const now = i * policy.probe.intervalMs;
    history = noteProbe(history, answered, now);
    const readyNodes = ready[i] === false ? [] : ['a'];
    const before: Route = route;
    const tasks = answered ? situation().tasks : NONE;
    const decision = decideRoute(situation({ route, routeSince, thanos: history, tasks, readyNodes }), now);
    if (decision.write) {
      route = decision.route;
      routeSince = now;
    }
    return { now, before, ...decision };
  });
}

const probes = fc.array(fc.boolean(), { maxLength: 120 });
/** Outages and recoveries of some length, which single coin flips hardly ever make. */
const outages = fc
  .array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 25 })), { maxLength: 12 })
  .map((parts) => parts.flatMap(([ok, n]) => Array<boolean>(n).fill(ok)));

describe('over time', () => {
  test('as soon as the third probe is missed, and back when the change has been held', () => {
    const seen = run([true, false, false, false, ...Array<boolean>(65).fill(true)]);
    expect(seen.filter((s) => s.write).map((s) => [s.now, s.route])).toEqual([
      [6_000, 'nodes'],
      [6_000 + HOLD, 'thanos'],
    ]);
  });

  test('a miss on the way back starts the wait anew', () => {
    const seen = run([false, ...Array<boolean>(58).fill(true), false, ...Array<boolean>(11).fill(true)], [], 'nodes');
    expect(seen.filter((s) => s.write).map((s) => s.now)).toEqual([140_000]);
  });

  test('no faults, no writes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), probes, (n, ready) => {
        expect(run(Array<boolean>(n).fill(true), ready).filter((s) => s.write)).toEqual([]);
      }),
    );
  });

  test('every change has its reason, and the way back is never short', () => {
    fc.assert(
      fc.property(fc.oneof(probes, outages), probes, (answers, ready) => {
        const seen = run(answers, ready);
        seen.forEach((s, i) => {
          if (!s.write) return expect(s.route).toBe(s.before);
          expect(s.route).not.toBe(s.before);
          const last = answers.slice(0, i + 1);
          if (s.route === 'nodes') {
            expect(last.slice(-policy.probe.fall)).toEqual([false, false, false]);
            expect(ready[i]).not.toBe(false);
          } else if (ready[i] !== false) {
            expect(last.slice(-BACK / policy.probe.intervalMs - 1)).not.toContain(false);
            const left = seen.findLast((x, j) => j < i && x.write)!;
            expect(s.now - left.now).toBeGreaterThanOrEqual(HOLD);
          } else expect(last.slice(-policy.probe.rise)).toEqual([true, true]);
        });
      }),
    );
  });

  test('Thanos that stays away is left, Thanos that stays is used again', () => {
    fc.assert(
      fc.property(fc.oneof(probes, outages), (before) => {
        expect(run([...before, false, false, false]).at(-1)!.route).toBe('nodes');
        expect(run([...before, ...Array<boolean>(1 + HOLD / 2_000).fill(true)]).at(-1)!.route).toBe('thanos');
      }),
    );
  });

  test('paused, nothing is written whatever happens', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Route>('thanos', 'nodes', 'other'),
        fc.nat({ max: 50 }),
        fc.nat({ max: 50 }),
        fc.boolean(),
        (route, consecutiveFailures, consecutiveSuccesses, ready) => {
          const thanos = { consecutiveFailures, consecutiveSuccesses, wellSince: consecutiveSuccesses > 0 ? 0 : null };
          const readyNodes = ready ? ['a'] : [];
          expect(decideRoute(situation({ route, thanos, readyNodes, paused: PAUSED }), NOW).write).toBe(false);
        },
      ),
    );
  });
});

test('Thanos is well when a query task answers and none of those asks no node', () => {
  const well = (answering: number, blind: number) => thanosWell({ answering, blind });
  expect([well(0, 0), well(1, 0), well(2, 0), well(2, 1)]).toEqual([false, true, true, false]);
});
