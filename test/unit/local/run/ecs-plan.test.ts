import fc from 'fast-check';
import { healthOf, planService, type SeenTask, type ServiceWish } from '../../../../local/run/ecs/plan';

const task = (id: string, more: Partial<SeenTask> = {}): SeenTask => ({
  id,
  revision: 'v1',
  stopping: false,
  health: 'healthy',
  ...more,
});
const PAIR: ServiceWish = { revision: 'v1', desired: 2, minimumHealthyPercent: 100, maximumPercent: 200 };
const SINGLE: ServiceWish = { revision: 'v1', desired: 1, minimumHealthyPercent: 0, maximumPercent: 100 };
const v2 = <T extends ServiceWish>(wish: T): T => ({ ...wish, revision: 'v2' });

describe('the scheduler of services', () => {
  test('keeps the desired number', () => {
    expect(planService(PAIR, [])).toEqual({ start: 2, stop: [] });
    expect(planService(PAIR, [task('a')])).toEqual({ start: 1, stop: [] });
    expect(planService(PAIR, [task('a'), task('b')])).toEqual({ start: 0, stop: [] });
    expect(planService({ ...PAIR, desired: 1 }, [task('a'), task('b')])).toEqual({ start: 0, stop: ['b'] });
    expect(planService({ ...PAIR, desired: 0 }, [task('a')])).toEqual({ start: 0, stop: ['a'] });
  });

  test('replaces what its health check gave up', () => {
    expect(planService(PAIR, [task('a', { health: 'unhealthy' }), task('b')])).toEqual({ start: 1, stop: ['a'] });
    expect(planService(SINGLE, [task('a', { health: 'unhealthy' })])).toEqual({ start: 0, stop: ['a'] });
  });

  test('a rolling update starts new tasks first, and stops old ones when the new ones are healthy', () => {
    const old = [task('a'), task('b')];
    expect(planService(v2(PAIR), old)).toEqual({ start: 2, stop: [] });
    const fresh = (health: SeenTask['health']) => ['c', 'd'].map((id) => task(id, { revision: 'v2', health }));
    expect(planService(v2(PAIR), [...old, ...fresh('unknown')])).toEqual({ start: 0, stop: [] });
    expect(planService(v2(PAIR), [...old, ...fresh('healthy')])).toEqual({ start: 0, stop: ['a', 'b'] });
  });

  test('with 0 and 100 percent the old task has ended before the new one starts', () => {
    expect(planService(v2(SINGLE), [task('a')])).toEqual({ start: 0, stop: ['a'] });
    expect(planService(v2(SINGLE), [task('a', { stopping: true })])).toEqual({ start: 0, stop: [] });
    expect(planService(v2(SINGLE), [])).toEqual({ start: 1, stop: [] });
  });

  test('never starts more than there may be, nor stops a healthy one that is still needed', () => {
    const anyTask = fc.record({
      revision: fc.constantFrom('v1', 'v2'),
      stopping: fc.boolean(),
      health: fc.constantFrom('unknown', 'healthy', 'unhealthy'),
    });
    const wish = fc.record({
      revision: fc.constant('v2'),
      desired: fc.nat(4),
      minimumHealthyPercent: fc.constantFrom(0, 50, 100),
      maximumPercent: fc.constantFrom(100, 150, 200),
    });
    fc.assert(
      fc.property(wish, fc.array(anyTask, { maxLength: 8 }), (w, drawn) => {
        const tasks = drawn.map((t, i): SeenTask => ({ ...t, id: String(i) }));
        const { start, stop } = planService(w, tasks);
        const most = Math.max(tasks.length, Math.floor((w.desired * w.maximumPercent) / 100));
        expect(tasks.length + start).toBeLessThanOrEqual(most);
        const healthy = (list: SeenTask[]): number => list.filter((t) => !t.stopping && t.health === 'healthy').length;
        const left = healthy(tasks.filter((t) => !stop.includes(t.id)));
        const needed = Math.ceil((w.desired * w.minimumHealthyPercent) / 100);
        expect(left).toBeGreaterThanOrEqual(Math.min(needed, healthy(tasks)));
        expect(stop.filter((id) => tasks[Number(id)]!.stopping)).toEqual([]);
      }),
    );
  });
});

test.each<[string, Partial<Parameters<typeof healthOf>[0]>, SeenTask['health']]>([
  ['its own check and its targets are healthy', {}, 'healthy'],
  ['it has no targets', { targets: [] }, 'healthy'],
  ['its own check failed', { health: 'unhealthy' }, 'unhealthy'],
  ['its target is new', { targets: ['initial'] }, 'unknown'],
  ['its group hangs on no listener', { targets: ['unused'] }, 'unknown'],
  ['nobody knows its target yet', { targets: [undefined] }, 'unknown'],
  ['its target fails', { targets: ['unhealthy'] }, 'unhealthy'],
  ['its target fails, within its grace', { targets: ['unhealthy'], graceMs: 1_001 }, 'unknown'],
])('a task behind a load balancer: %s', (_, over, health) => {
  const task = { health: 'healthy' as const, startedAt: 1_000, targets: ['healthy'], graceMs: 1_000, ...over };
  expect(healthOf(task, 2_000)).toBe(health);
});
