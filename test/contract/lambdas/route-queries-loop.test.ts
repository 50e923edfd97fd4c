import { eventually } from '../agent/agent-tools';
import { POLICY, RoutesLab } from './routes-lab';

/** A minute of probes. */
const lab = new RoutesLab('127.78.6');
beforeAll(() => lab.start());
beforeEach(() => lab.reset());
afterAll(() => lab.stop());

interface Line {
  event?: string;
  consecutiveFailures?: number;
  to?: string;
  ThanosHealthy?: number;
  QueriesThroughThanos?: number;
  QueriesWithHistory?: number;
}

/** Runs the loop while `during` does things to the world; the function's lines so far are its argument. */
async function loop(during: (lines: () => Line[]) => Promise<void>): Promise<Line[]> {
  const text: string[] = [];
  const lines = (): Line[] => text.map((line) => JSON.parse(line) as Line);
  const f = lab.runner(text);
  const looping = f.invoke({ source: 'schedule' });
  try {
    await during(lines);
  } finally {
    await f.halt();
    await looping;
  }
  return lines();
}
const reroutes = (lines: Line[]) => lines.filter((l) => l.event === 'queries-rerouted').map((l) => l.to);
const healthy = (lines: Line[], value: number): boolean => lines.some((l) => l.ThanosHealthy === value);

test('there at the third miss, and back when Thanos stayed well', async () => {
  const lines = await loop(async (seen) => {
    await eventually('a healthy Thanos', () => healthy(seen(), 1), 15_000);
    for (const task of lab.tasks) lab.isHealthy[task] = false;
    await eventually('the nodes', () => reroutes(seen()).includes('nodes'), 15_000);
    expect(await lab.pointsTo()).toBe('nodes');
    for (const task of lab.tasks) lab.isHealthy[task] = true;
    await eventually('Thanos', () => reroutes(seen()).includes('thanos'), 15_000);
    expect(await lab.pointsTo()).toBe('thanos');
  });
  expect(reroutes(lines)).toEqual(['nodes', 'thanos']);
  const there = lines.findIndex((l) => l.event === 'queries-rerouted');
  const consecutiveFailures = lines.slice(0, there).filter((l) => l.event === 'probe-missed');
  expect(Math.max(...consecutiveFailures.map((l) => l.consecutiveFailures!))).toBe(POLICY.probe.fall);
  expect(lines.some((l) => l.QueriesThroughThanos === 0)).toBe(true);
});

test('no store gateway: queries stay where they are, and it is told', async () => {
  const told = (lines: Line[], value: number): boolean => lines.some((l) => l.QueriesWithHistory === value);
  const lines = await loop(async (seen) => {
    await eventually('history', () => told(seen(), 1), 15_000);
    lab.history = false;
    await eventually('no history', () => told(seen(), 0), 15_000);
  });
  expect(reroutes(lines)).toEqual([]);
});

test('tasks that ECS replaced are found', async () => {
  const [first, second] = lab.tasks;
  await lab.deregister([second]);
  const lines = await loop(async (seen) => {
    await eventually('a healthy Thanos', () => healthy(seen(), 1), 15_000);
    await lab.register([second]);
    lab.isHealthy[first] = false;
    await eventually('a miss', () => healthy(seen(), 0), 15_000);
    const from = seen().length;
    await eventually('a healthy Thanos again', () => healthy(seen().slice(from), 1), 15_000);
  });
  expect(reroutes(lines)).toEqual([]);
});

test('the API is silent: known tasks are probed on, and it is done as soon as it answers', async () => {
  await loop(async (seen) => {
    await eventually('a healthy Thanos', () => healthy(seen(), 1), 15_000);
    lab.emulator.kill('SIGSTOP');
    try {
      for (const task of lab.tasks) lab.isHealthy[task] = false;
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
  });
});
