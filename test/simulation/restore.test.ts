import fc from 'fast-check';
import { RestoreWorld, type RestoreEvent } from './restore-world';

const event: fc.Arbitrary<RestoreEvent> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('call' as const), dies: fc.constantFrom('no', 'before', 'after') }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'two-calls' as const }) },
  { weight: 6, arbitrary: fc.constant({ kind: 'node' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'agent-restarts' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'volume-fails' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'volume-recovers' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'volume-removed' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'new-one-removed' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('snapshot-removed' as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), on: fc.boolean() }) },
);

const story = fc.record({
  opens: fc.array(fc.boolean(), { maxLength: 6 }),
  events: fc.array(event, { maxLength: 40 }),
});

test('whatever fails, dies, comes twice or is removed: it ends in a node that works or in a page, and nothing is lost', () => {
  let restored = 0;
  let givenUp = 0;
  fc.assert(
    fc.property(story, ({ opens, events }) => {
      const world = new RestoreWorld(opens);
      for (const e of events) world.step(e);
      world.settle();
      const before = world.made;
      world.settle();
      // It has come to its end: nothing more is made.
      expect(world.made).toBe(before);
      expect(world.record?.state).not.toBe('running');
      expect(world.isHealthy || world.record?.state === 'given-up').toBe(true);
      // Only what was made for the node, and what it never used, is taken back.
      expect(world.removedByUs.filter((id) => id === 'vol-1' || id === world.mounted)).toEqual([]);
      // Of each incident at most so many volumes are made as may be tried.
      expect(world.made).toBeLessThanOrEqual(3 * world.incidents);
      if (world.isHealthy) {
        // One is in use; the others are there by name, for people.
        const others = world.volumes.filter((v) => v.id !== world.mounted && !v.kept);
        expect(others.map((v) => v.generation).filter((g) => g > world.generation)).toEqual([]);
        if (world.record?.state === 'done' && world.record.volumeId === world.mounted) expect(others).toEqual([]);
        if (world.made > 0) restored += 1;
      } else givenUp += 1;
      // vol-1 is never removed by anybody but people.
      expect(world.volumes.some((v) => v.id === 'vol-1') || world.removed.includes('vol-1')).toBe(true);
    }),
    { numRuns: 3_000 },
  );
  // The test proves nothing unless both happen.
  expect(restored).toBeGreaterThan(100);
  expect(givenUp).toBeGreaterThan(100);
});

test.each(['before', 'after'] as const)('killed %s each write in turn, it ends as if it had not been', (dies) => {
  for (let nth = 0; nth < 12; nth += 1) {
    const world = new RestoreWorld([true, false, true]);
    world.step({ kind: 'volume-removed' });
    for (let i = 0; i < 12; i += 1) {
      world.step({ kind: 'node' });
      world.step({ kind: 'node' });
      world.step({ kind: 'call', dies: i === nth ? dies : 'no' });
    }
    world.settle();
    expect({ isHealthy: world.isHealthy, made: world.made, state: world.record!.state }).toEqual({
      isHealthy: true,
      made: 2,
      state: 'done',
    });
  }
});
