import { parseArgs } from 'node:util';
import { huntAll } from './hunt';
import { FUZZ_TARGETS } from './targets';

/** npm run fuzz -- --cases N [--seed S] [--parser NAME]: exits 0 only if nothing was found. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { cases: { type: 'string', default: '20000' }, seed: { type: 'string' }, parser: { type: 'string' } },
  });
  const seed = values.seed === undefined ? Date.now() % 0x7fffffff : Number(values.seed);
  const cases = Number(values.cases);
  const names = FUZZ_TARGETS.map(({ name }) => name).filter((name) => name === (values.parser ?? name));
  if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed))
    throw new Error(
      `--cases ${values.cases} --seed ${values.seed}: expected two integers, e.g. --cases 20000 --seed 1`,
    );
  if (names.length === 0)
    throw new Error(`--parser ${values.parser}: expected one of ${FUZZ_TARGETS.map(({ name }) => name).join(', ')}`);
  let all = 0;
  const found = [];
  for (const name of names) {
    const began = performance.now();
    const { cases: tried, findings } = await huntAll({ names: [name], cases, seed, hangMs: 5_000 });
    all += tried;
    found.push(...findings);
    console.log(`${name.padEnd(28)} ${String(tried).padStart(7)} cases ${Math.round(performance.now() - began)} ms`);
    for (const { says, input, afterCases } of findings)
      console.log(`  FOUND after ${afterCases} cases: ${says.slice(0, 2_000)}\n  input: ${input.slice(0, 2_000)}`);
  }
  console.log(`${names.length} parsers, ${all} cases, seed ${seed}: ${found.length} findings`);
  process.exitCode = found.length === 0 ? 0 : 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 2;
});
