import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const RUNNER = join(__dirname, '../../../../local/mutate/runner.mjs');
const OTHER = 'test/unit/core/twice.test.ts: twice of another one';
const ID = 'test/unit/core/twice.test.ts: twice of a number';

/** A module as Stryker leaves it: mutant 1 acts when it is called, 2 and 3 when it is loaded, 4 and 5 in a loop. */
const FILES = {
  'lib/core/twice.ts': `
    const stryker = (globalThis as any).__stryker__;
    const on = (id: string): boolean => {
      stryker.mutantCoverage ??= { static: {}, perTest: {} };
      if (stryker.hitCount !== undefined && ++stryker.hitCount > stryker.hitLimit) throw new Error('Hit limit');
      return stryker.activeMutant === id;
    };
    if (on('3')) throw new Error('it does not load');
    const factor = on('2') ? 3 : 2;
    export const twice = (n: number): number => {
      while (on('4') || (n === 2 && on('5')));
      return on('1') || on('5') ? n : factor * n;
    };`,
  'test/unit/core/twice.test.ts': `
    import { twice } from '../../../lib/core/twice';
    let before = 0;
    describe('twice', () => {
      test('of a number', () => expect([twice(2), before]).toEqual([4, 0]));
      test('of another one', () => expect(twice(3)).toEqual(6));
      test('leaves something behind', () => void (before = 1));
      test.skip('of nothing', () => expect(twice(1)).toBe(0));
    });`,
  'test/unit/contract/other.test.ts': `test.each([[1], [2]])('%s', async (n) => expect(n).toBeGreaterThan(0));`,
};

const SCRIPT = `
  import(${JSON.stringify(RUNNER)}).then(async ({ strykerPlugins: [{ injectableClass: Runner }] }) => {
    const runner = new Runner();
    runner.init();
    const { tests } = await runner.dryRun();
    const sandboxFileName = process.cwd() + '/lib/core/twice.ts';
    const results = [];
    for (const [id, testFilter, hitLimit] of JSON.parse(process.argv[1]))
      results.push(await runner.mutantRun({ activeMutant: { id }, sandboxFileName, testFilter, hitLimit }));
    console.log(JSON.stringify({ tests, results }));
  });`;

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'mutants-')));
afterAll(() => rmSync(dir, { recursive: true }));

function run(mutants: readonly unknown[]): { tests: Record<string, unknown>[]; results: unknown[] } {
  for (const [file, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  }
  const args = ['-e', SCRIPT, JSON.stringify(mutants)];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: dir, encoding: 'utf8' }));
}

test('a mutant is caught by the test that fails, and leaves nothing to the next one', () => {
  const { tests, results } = run([
    ['0', [ID]],
    ['1', [ID]],
    ['2', undefined],
    ['3', undefined],
    ['4', [ID], 100],
    ['5', [ID, OTHER], 100],
    ['1', ['test/unit/core/twice.test.ts: twice leaves something behind']],
    ['0', undefined],
  ]);
  expect(tests.map(({ id, status }) => [id, status])).toEqual([
    [ID, 0],
    [OTHER, 0],
    ['test/unit/core/twice.test.ts: twice leaves something behind', 0],
    ['test/unit/contract/other.test.ts: 1', 0],
    ['test/unit/contract/other.test.ts: 2', 0],
  ]);
  const killed = { status: 'killed', killedBy: [ID], nrOfTests: 1, failureMessage: expect.stringContaining('toEqual') };
  expect(results).toEqual([
    { status: 'survived', nrOfTests: 1 },
    killed,
    killed,
    { status: 'error', errorMessage: 'Error: it does not load' },
    { status: 'timeout', reason: 'an endless loop' },
    { ...killed, killedBy: [OTHER], nrOfTests: 2 },
    { status: 'survived', nrOfTests: 1 },
    { status: 'survived', nrOfTests: 3 },
  ]);
});
