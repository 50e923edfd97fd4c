import { loadSimulation } from '../bundle';
import { CORE } from './core';
import { STORIES } from '../stories';
import { SHELLS } from './shells';

/** So many schedules must be enough; the stock of a fixed seed, so that this test never changes its mind. */
const SCHEDULES = 1_500;
const SEED = 20_260_101;
/** On a busy machine. */
const TIMEOUT_MS = 600_000;
const MISTAKES = [...CORE, ...SHELLS];

describe('the simulation notices a mistake', () => {
  const loaded = loadSimulation(MISTAKES);

  test(
    'and has nothing against what ships on the same schedules',
    async () => {
      const { explore, plant } = await loaded;
      plant(null);
      expect(await explore({ seed: SEED, schedules: SCHEDULES })).toMatchObject({ failure: null });
    },
    TIMEOUT_MS,
  );

  test.each(MISTAKES.map((mistake) => [`${mistake.file}: ${mistake.breaks}`, mistake] as const))(
    '%s',
    async (_name, { file, name, wrap }) => {
      const { explore, run, plant, wasTouched } = await loaded;
      plant(`${file}#${name}`, wrap);
      const violations: string[] = [];
      for (const { schedule } of STORIES) violations.push(...(await run(schedule)).violations);
      if (violations.length === 0) {
        const { failure } = await explore({ seed: SEED, schedules: SCHEDULES, shrink: false });
        violations.push(...(failure?.outcome.violations ?? []));
      }
      // Renamed, or no longer part of what is simulated: the list is out of date.
      expect(wasTouched()).toBe(true);
      expect(violations).not.toEqual([]);
    },
    TIMEOUT_MS,
  );
});
