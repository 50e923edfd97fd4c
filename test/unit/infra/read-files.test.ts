import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UserError } from '../../../lib/contract/errors';
import { readIfThere, readText, readYamlFiles } from '../../../lib/infra/config/read-files';

let dir: string;
let problems: UserError[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'promha-read-'));
  problems = [];
});
afterEach(() => rmSync(dir, { recursive: true }));
const said = (): string[] => problems.map(({ message }) => message.split('\n')[0]!);

test('what is no text of UTF-8 is refused with its line, and nothing throws', () => {
  writeFileSync(join(dir, 'a.yml'), Buffer.from('groups:\n# größe\n', 'latin1'));
  writeFileSync(join(dir, 'b.yml'), 'größe');
  symlinkSync('/nowhere/else', join(dir, 'c.yml'));
  mkdirSync(join(dir, 'd.yml'));
  writeFileSync(join(dir, 'e.yaml'), '');
  expect(readYamlFiles(dir, problems)).toEqual({ 'b.yml': 'größe' });
  expect(said()).toEqual([
    `${join(dir, 'a.yml')}:2: this file is not UTF-8`,
    `${join(dir, 'c.yml')}: this link leads nowhere`,
    `${join(dir, 'd.yml')}: this file would be left out`,
    `${join(dir, 'e.yaml')}: this file would be left out`,
  ]);
});

test('a file in place of a directory, and the other way round', () => {
  writeFileSync(join(dir, 'rules'), '');
  mkdirSync(join(dir, 'alertmanager.yml'));
  expect(readYamlFiles(join(dir, 'rules'), problems)).toEqual({});
  expect(readText(join(dir, 'alertmanager.yml'), problems)).toBeNull();
  expect(readYamlFiles(join(dir, 'none'), problems)).toEqual({});
  expect(said()).toEqual([
    `${join(dir, 'rules')}: this is no directory`,
    `${join(dir, 'alertmanager.yml')}: this is no file`,
    `${join(dir, 'none')}: a file of the configuration is missing`,
  ]);
});

test('a directory that may be missing', () => {
  expect(readIfThere(join(dir, 'templates'), '', problems)).toEqual({});
  mkdirSync(join(dir, 'templates'));
  writeFileSync(join(dir, 'templates', 'a.tmpl'), 'x');
  expect(readIfThere(join(dir, 'templates'), '', problems)).toEqual({ 'a.tmpl': 'x' });
  expect(problems).toEqual([]);
});
