import {
  isRegistered,
  noteListeners,
  noteTargets,
  targetState,
  weightsInEffect,
  type SeenListeners,
  type SeenTargets,
  type Weights,
} from '../../../../local/run/balancer/late';
import { staysUnknown } from '../../../../local/run/names/negative-cache';

const DELAYS = { listenerMs: 75_000, targetMs: 180_000 };
const THANOS: Weights = { thanos: 1, nodes: 0 };
const NODES: Weights = { thanos: 0, nodes: 1 };

/** The listener as it was set at those seconds; what it does at `atS`. */
function listener(changes: readonly (readonly [number, Weights])[], atS: number): Weights {
  let seen: SeenListeners | null = null;
  for (const [s, weights] of changes) seen = noteListeners(seen, new Map([[9090, weights]]), DELAYS, s * 1000);
  return weightsInEffect(seen!, 9090, DELAYS, atS * 1000);
}

describe('a listener', () => {
  test.each<[string, Parameters<typeof listener>, Weights]>([
    ['is at once as it was found', [[[0, THANOS]], 0], THANOS],
    ['goes on while a change is late', [[[0, THANOS], [10, NODES]], 84], THANOS], // prettier-ignore
    ['does as it says when it is time', [[[0, THANOS], [10, NODES]], 85], NODES], // prettier-ignore
    ['is not late anew for being looked at', [[[0, THANOS], [10, NODES], [80, NODES]], 85], NODES], // prettier-ignore
    ['does each of two changes in its time', [[[0, THANOS], [10, NODES], [30, THANOS]], 90], NODES], // prettier-ignore
    ['and comes back late as well', [[[0, THANOS], [10, NODES], [30, THANOS]], 105], THANOS], // prettier-ignore
  ])('%s', (_, [changes, at], does) => {
    expect(listener(changes, at)).toEqual(does);
  });

  test('what took effect long ago is forgotten', () => {
    const first = noteListeners(null, new Map([[9090, THANOS]]), DELAYS, 0);
    const second = noteListeners(first, new Map([[9090, NODES]]), DELAYS, 1_000);
    expect(second.get(9090)).toHaveLength(2);
    expect(noteListeners(second, new Map([[9090, NODES]]), DELAYS, 100_000).get(9090)).toHaveLength(1);
    expect(() => weightsInEffect(second, 9091, DELAYS, 0)).toThrow('no listener was seen on port 9091');
  });
});

describe('a target', () => {
  const registered = (looks: readonly (readonly [number, readonly string[]])[], atS: number): boolean => {
    let seen: SeenTargets | null = null;
    for (const [s, keys] of looks) seen = noteTargets(seen, keys, s * 1000);
    return isRegistered(seen!, 'b', DELAYS, atS * 1000);
  };
  test.each<[string, Parameters<typeof registered>, boolean]>([
    ['that was there at the first look is old', [[[0, ['a', 'b']]], 0], true],
    ['that comes is new', [[[0, ['a']], [10, ['a', 'b']]], 189], false], // prettier-ignore
    ['that came is old when it is time', [[[0, ['a']], [10, ['a', 'b']], [50, ['b']]], 190], true], // prettier-ignore
    ['that was away is new again', [[[0, ['b']], [10, []], [20, ['b']]], 199], false], // prettier-ignore
    ['that nobody registered is none', [[[0, ['a']]], 999], false],
  ])('%s', (_, args, is) => {
    expect(registered(...args)).toBe(is);
  });
  test('is initial before anybody looks at it, whatever it answers', () => {
    expect([targetState(false, true), targetState(true, true), targetState(true, false)]).toEqual([
      'initial',
      'healthy',
      'unhealthy',
    ]);
  });
});

test('a name that was not there stays unknown for its time, whatever is registered meanwhile', () => {
  const until = new Map<string, number>();
  const unknown = (there: boolean, now: number): boolean => staysUnknown(until, { name: 'x', there, ttlMs: 300 }, now);
  expect(unknown(true, 0)).toBe(false);
  expect(unknown(false, 100)).toBe(true);
  expect(unknown(true, 399)).toBe(true);
  expect(unknown(true, 400)).toBe(false);
  expect(staysUnknown(until, { name: 'y', there: true, ttlMs: 300 }, 0)).toBe(false);
});
