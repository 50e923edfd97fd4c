import type { FunctionRunner, Invocation } from '../../../local/run/functions/function';
import { eventually } from '../agent/agent-tools';
import { ALARM, POLICY, RoutesLab } from './routes-lab';

/** Looks until all is well. */
const lab = new RoutesLab('127.78.6');
beforeAll(() => lab.start());
beforeEach(() => lab.reset());
afterAll(() => lab.stop());

const DUE = { source: 'health-check', forMs: 60_000 };

interface Line {
  event?: string;
  consecutiveFailures?: number;
  to?: string;
}

/** The function, called before `during`, which does things to the world; its lines so far are the argument. */
async function called(
  during: (lines: () => Line[], f: FunctionRunner) => Promise<void>,
  event: unknown = DUE,
): Promise<{ lines: Line[]; result: Invocation }> {
  const text: string[] = [];
  const lines = (): Line[] => text.map((line) => JSON.parse(line) as Line);
  const f = lab.runner(text);
  const looping = f.invoke(event);
  try {
    await during(lines, f);
    const result = await looping;
    return { lines: lines(), result };
  } finally {
    await f.halt();
  }
}
const reroutes = (lines: Line[]) => lines.filter((l) => l.event === 'queries-rerouted').map((l) => l.to);
const missed = (lines: Line[]): boolean => lines.some((l) => l.event === 'probe-missed');

test('there at the third miss, back when Thanos stayed well, and then it ends', async () => {
  for (const task of lab.tasks) lab.isHealthy[task] = false;
  const { lines, result } = await called(async (seen) => {
    await eventually('the nodes', () => reroutes(seen()).includes('nodes'), 15_000);
    expect(await lab.pointsTo()).toBe('nodes');
    for (const task of lab.tasks) lab.isHealthy[task] = true;
  });
  expect(reroutes(lines)).toEqual(['nodes', 'thanos']);
  expect(await lab.pointsTo()).toBe('thanos');
  const there = lines.findIndex((l) => l.event === 'queries-rerouted');
  const consecutiveFailures = lines.slice(0, there).filter((l) => l.event === 'probe-missed');
  expect(Math.max(...consecutiveFailures.map((l) => l.consecutiveFailures!))).toBe(POLICY.probe.fall);
  expect(result).toMatchObject({ ok: true, value: { route: 'thanos' } });
});

test('where nothing is wrong, or a person paused, it looks once', async () => {
  const { result } = await called(async () => undefined);
  expect(result).toMatchObject({ ok: true, value: { acted: false, route: 'thanos', cycles: 1 } });
  await lab.pause(true);
  for (const task of lab.tasks) lab.isHealthy[task] = false;
  expect((await called(async () => undefined)).result).toMatchObject({ ok: true, value: { acted: false, cycles: 3 } });
});

test('while health-check is silent it looks in its place, whoever says so, until that is back', async () => {
  for (const event of [{ source: 'schedule' }, ALARM]) {
    await lab.beat(600);
    const { lines, result } = await called(async (seen) => {
      await eventually('its word', () => seen().some((l) => l.event === 'stands-in'), 15_000);
      for (const task of lab.tasks) lab.isHealthy[task] = false;
      await eventually('the nodes', () => reroutes(seen()).includes('nodes'), 15_000);
      for (const task of lab.tasks) lab.isHealthy[task] = true;
      await eventually('Thanos', () => reroutes(seen()).includes('thanos'), 15_000);
      await lab.beat(0);
    }, event);
    expect(reroutes(lines)).toEqual(['nodes', 'thanos']);
    expect(result).toMatchObject({ ok: true, value: { route: 'thanos' } });
    expect((await called(async () => undefined, event)).result).toMatchObject({ ok: true, value: { cycles: 1 } });
  }
});

test('tasks that ECS replaced are found', async () => {
  const [first, second] = lab.tasks;
  await lab.deregister([second]);
  lab.isHealthy[first] = false;
  const { lines, result } = await called(async (seen) => {
    await eventually('a miss', () => missed(seen()), 15_000);
    await lab.register([second]);
  });
  expect(reroutes(lines)).toEqual([]);
  expect(result).toMatchObject({ ok: true, value: { acted: false, route: 'thanos' } });
});

test('the API is silent: known tasks are probed on, and it is done as soon as it answers', async () => {
  await called(async (seen, f) => {
    await eventually('a first look', () => seen().some((l) => l.event === 'routing-decided'), 15_000);
    lab.emulator.kill('SIGSTOP');
    let again: Promise<Invocation>;
    try {
      for (const task of lab.tasks) lab.isHealthy[task] = false;
      again = f.invoke(DUE);
      await eventually(
        'probes beyond the third, and complaints',
        () => seen().some((l) => (l.consecutiveFailures ?? 0) > 4) && seen().some((l) => l.event === 'cycle-failed'),
        15_000,
      );
      expect(reroutes(seen())).toEqual([]);
    } finally {
      lab.emulator.kill('SIGCONT');
    }
    await eventually('the nodes', async () => (await lab.pointsTo()) === 'nodes', 15_000);
    for (const task of lab.tasks) lab.isHealthy[task] = true;
    await again;
  });
});
