import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { ROOT } from '../fixtures/config-dir';

const dir = mkdtempSync(join(tmpdir(), 'promha-once-'));
afterAll(() => rmSync(dir, { recursive: true }));

const { buildSync: really } = jest.requireActual<{ buildSync: typeof buildSync }>('esbuild');
const made = (minify: boolean): string =>
  buildSync({ entryPoints: [join(dir, 'hook.ts')], bundle: true, write: false, minify, absWorkingDir: ROOT })
    .outputFiles[0]!.text;

test('what tests bundle is made anew when a file outside the sources changes, or an option', () => {
  writeFileSync(join(dir, 'said.ts'), 'export const said = 1;');
  writeFileSync(join(dir, 'hook.ts'), "import { said } from './said'; console.log(said);");
  const first = made(false);
  expect(first).toContain('said = 1');
  expect(made(false)).toBe(first);
  expect(made(true)).not.toBe(first);
  writeFileSync(join(dir, 'said.ts'), 'export const said = 2;');
  expect(made(false)).toContain('said = 2');
});

test('and is what esbuild makes, also as a file', () => {
  const entryPoints = [join(ROOT, 'lib/contract/errors.ts')];
  for (const outfile of [join(dir, 'once.js'), join(dir, 'again.js')]) {
    buildSync({ entryPoints, bundle: true, outfile });
    really({ entryPoints, bundle: true, outfile: `${outfile}.really` });
    expect(readFileSync(outfile, 'utf8')).toBe(readFileSync(`${outfile}.really`, 'utf8'));
  }
});
