import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../lib/infra/constructs/control/bundle';
import { ROOT } from '../fixtures/config-dir';

jest.unmock('esbuild');

const dir = mkdtempSync(join(tmpdir(), 'promha-bundle-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('a bundle is one CommonJS file that exports its handler, the same every time', () => {
  const entry = join(dir, 'handler.ts');
  writeFileSync(
    entry,
    `import { join } from 'node:path';\nexport const handler = async (): Promise<string> => join('a', 'b');\n`,
  );
  const text = bundle(entry, ROOT);
  expect(bundle(entry, ROOT)).toBe(text);
  const module = { exports: {} as { handler?: () => Promise<string> } };
  new Function('module', 'exports', 'require', text)(module, module.exports, require);
  return expect(module.exports.handler!()).resolves.toBe('a/b');
});

test('a bundle beyond the limit is refused, naming what makes it so large', () => {
  const entry = join(dir, 'large.ts');
  writeFileSync(entry, `export const handler = ${JSON.stringify('x'.repeat(10_000))};\n`);
  expect(() => bundle(entry, ROOT, 5_000)).toThrow(/too large[\s\S]*large\.ts[\s\S]*at most 5000 bytes/);
});

test('a module that cannot be bundled is named, with what is wrong, and nothing else', () => {
  const contents = "import hook from './lib/contract/errors'; export const handler = hook;";
  expect(() => bundle({ name: 'hooked', contents }, ROOT)).toThrow(
    /hooked:1:8: hooked cannot be bundled\n {2}got: +No matching export/,
  );
});
