import { FULL } from '../fixtures/full';
import { loadSimulation } from './bundle';
import { describeExploration, describeFailure } from './report';

const SEED = Number(process.env.SIM_SEED ?? 1);
/** The mistakes' test plays 1,500 of another seed. */
const SCHEDULES = Number(process.env.SIM_SCHEDULES ?? (FULL ? 10_000 : 1_500));

test(`${SCHEDULES} schedules of faults, seed ${SEED}: every invariant holds`, async () => {
  const { explore } = await loadSimulation();
  const found = await explore({ seed: SEED, schedules: SCHEDULES });
  if (found.failure !== null) throw new Error(describeFailure(found.failure));
  process.stdout.write(`${describeExploration(found)}\n`);
  expect(found.schedules).toBe(SCHEDULES);
}, 600_000);

test('the same schedule leads to the same story', async () => {
  const { run } = await loadSimulation();
  const schedule = {
    seed: 7,
    nodes: 3 as const,
    skews: [0, 900, -900, 300],
    faults: [
      { kind: 'host-loss' as const, node: 0, at: 20_000, forMs: 20_000, blank: false },
      { kind: 'store-flaky' as const, at: 10_000, forMs: 30_000, errors: 0.2, lostAnswers: 0.2, conflicts: 0.2 },
    ],
  };
  const { story } = await run(schedule, true);
  expect(story.length).toBeGreaterThan(10);
  expect((await run(schedule, true)).story).toEqual(story);
});
