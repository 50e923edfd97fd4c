import { parseArgs } from 'node:util';
import { loadSimulation } from './bundle';
import { describeExploration, describeFailure } from './report';

/** npm run simulate -- --schedules N --seed S [--path P]: exits non-zero with the story of a failure. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { schedules: { type: 'string', default: '10000' }, seed: { type: 'string' }, path: { type: 'string' } },
  });
  const seed = values.seed === undefined ? Date.now() % 0x7fffffff : Number(values.seed);
  const schedules = Number(values.schedules);
  if (!Number.isSafeInteger(schedules) || schedules < 1 || !Number.isSafeInteger(seed)) {
    throw new Error(
      `--schedules ${values.schedules} --seed ${values.seed}: expected two integers, e.g. --schedules 10000 --seed 1`,
    );
  }
  const { explore } = await loadSimulation();
  console.log(`${schedules} schedules, seed ${seed}`);
  const began = performance.now();
  const onProgress = (done: number): void => {
    if (done % 1_000 === 0) console.log(`${done} (${Math.round(done / ((performance.now() - began) / 1000))}/s)`);
  };
  const found = await explore({
    seed,
    schedules,
    onProgress,
    ...(values.path === undefined ? {} : { path: values.path }),
  });
  console.log(describeExploration(found));
  if (found.failure === null) return;
  console.error(describeFailure(found.failure));
  process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 2;
});
