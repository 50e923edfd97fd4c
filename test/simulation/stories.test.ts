import { loadSimulation } from './bundle';
import { STORIES } from './stories';

describe('what once broke holds', () => {
  test.each(STORIES.map(({ name, schedule }) => [name, schedule] as const))('%s', async (_name, schedule) => {
    const { run } = await loadSimulation();
    const { violations, story } = await run(schedule, true);
    if (violations.length > 0) throw new Error([...violations, ...story].join('\n'));
  });
});
