import { loadSimulation } from '../bundle';
import { CORE } from './core';
import { STORIES } from '../stories';
import { SHELLS } from './shells';

/** So many schedules must be enough; the stock of a fixed seed, so that this test never changes its mind. */
const SCHEDULES = 3_000;
/** Of these, what ships plays the first. */
const PLAYED = 1_500;
const SEED = 20_260_101;
/** On a busy machine. */
const TIMEOUT_MS = 600_000;
const MISTAKES = [...CORE, ...SHELLS];
/** Of the stock, the schedule that few others come near to: tried first, or most of this test's time is spent on these. */
const TRIED_FIRST: Readonly<Record<string, string>> = {
  'attempts are made beside each other': '2449',
  'only the first attempt is made': '780',
  'misses need not be in a row': '563',
  'misses are counted without waiting between them': '272',
  'damping never ends': '204',
  'the first promotions are damped too': '112',
  'an exit is not reported': '112',
  'without an assignment nobody counts': '92',
  'counts go on when alerting has moved to another node': '78',
  'flapping is not damped': '78',
  'promotions are not remembered': '78',
};

describe('the simulation notices a mistake', () => {
  const loaded = loadSimulation(MISTAKES);

  test(
    `and has nothing against what ships on the same schedules (${PLAYED}, seed ${SEED})`,
    async () => {
      const { explore, plant } = await loaded;
      plant(null);
      expect(await explore({ seed: SEED, schedules: PLAYED })).toMatchObject({ failure: null });
    },
    TIMEOUT_MS,
  );

  test.each(MISTAKES.map((mistake) => [`${mistake.file}: ${mistake.breaks}`, mistake] as const))(
    '%s',
    async (_name, { file, name, breaks, wrap }) => {
      const { explore, run, plant, wasTouched } = await loaded;
      plant(`${file}#${name}`, wrap);
      const found = async (path?: string): Promise<readonly string[]> =>
        (await explore({ seed: SEED, schedules: SCHEDULES, shrink: false, path })).failure?.outcome.violations ?? [];
      const first = TRIED_FIRST[breaks];
      const violations = first === undefined ? [] : [...(await found(first))];
      for (const { schedule } of violations.length === 0 ? STORIES : [])
        violations.push(...(await run(schedule)).violations);
      if (violations.length === 0) violations.push(...(await found()));
      // Renamed, or no longer part of what is simulated: the list is out of date.
      expect(wasTouched()).toBe(true);
      expect(violations).not.toEqual([]);
    },
    TIMEOUT_MS,
  );
});
