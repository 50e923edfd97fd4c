import { FULL } from '../fixtures/full';
import { huntAll } from './hunt';
import { FUZZ_TARGETS } from './targets';

jest.unmock('esbuild');

const CASES = FULL ? 2_000 : 500;

test(`no parser hangs, fills memory or throws what is not its own, in ${CASES} cases each`, async () => {
  const names = FUZZ_TARGETS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const { cases, findings } = await huntAll({ names, cases: CASES, seed: 16, hangMs: 20_000 });
  expect(findings).toEqual([]);
  expect(cases).toBe(CASES * names.length);
}, 600_000);
