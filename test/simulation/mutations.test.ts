import { loadSimulation } from './bundle';
import { MUTATIONS } from './mutations';

/** So many schedules must be enough; the stock of a fixed seed, so that this test never changes its mind. */
const SCHEDULES = 4_000;
const SEED = 20_260_101;

describe('the simulation notices a broken core', () => {
  test('and has nothing against the unbroken one on the same schedules', async () => {
    const { explore } = await loadSimulation();
    expect(await explore({ seed: SEED, schedules: SCHEDULES })).toMatchObject({ failure: null });
  });

  test.each(MUTATIONS.map((mutation) => [`${mutation.file}: ${mutation.breaks}`, mutation] as const))(
    '%s',
    async (_name, mutation) => {
      const { explore } = await loadSimulation(mutation);
      const { failure } = await explore({ seed: SEED, schedules: SCHEDULES, shrink: false });
      expect(failure?.outcome.violations ?? []).not.toEqual([]);
    },
  );

  test('a mutation whose text is gone is refused: the list is out of date', async () => {
    const [mutation] = MUTATIONS;
    await expect(loadSimulation({ ...mutation!, text: 'no such line' })).rejects.toThrow('the list is out of date');
  });
});
