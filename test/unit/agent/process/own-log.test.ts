import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownLog } from '../../../../agent/process/own-log';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'promha-own-log-'))));
afterEach(() => rmSync(dir, { recursive: true }));

test('lines are added, and an older file is put aside when it has grown', () => {
  const path = join(dir, 'logs', 'agent.log');
  ownLog(path, fail)('one\n');
  ownLog(path, fail)('two\n');
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  writeFileSync(path, Buffer.alloc(21 * 1024 * 1024, 'x'));
  ownLog(path, fail)('three\n');
  expect(readFileSync(path, 'utf8')).toBe('three\n');
  expect(readFileSync(`${path}.1`).length).toBe(21 * 1024 * 1024);
});

test('what cannot be written is said once, and again after a line that could', () => {
  const path = join(dir, 'logs', 'agent.log');
  writeFileSync(join(dir, 'logs'), 'a file where the folder should be');
  const said: string[] = [];
  const write = ownLog(path, (why) => said.push(why));
  write('one\n');
  write('two\n');
  expect(said).toEqual([expect.stringMatching(/EEXIST|ENOTDIR/)]);
  rmSync(join(dir, 'logs'));
  write('three\n');
  expect(readFileSync(path, 'utf8')).toBe('three\n');
});

function fail(why: string): never {
  throw new Error(why);
}
