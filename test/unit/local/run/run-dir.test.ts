import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateFile } from '../../../../lib/shell/local/run-state';
import { forgetRun } from '../../../../local/run/run-dir';

const cache = process.env.XDG_CACHE_HOME;
let home: string;
let dir: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'promha-run-'));
  process.env.XDG_CACHE_HOME = home;
  dir = join(home, 'prometheus-ha', 'run');
  mkdirSync(join(dir, 'logs'), { recursive: true });
  writeFileSync(stateFile(), '{}');
});
afterEach(() => {
  if (cache === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cache;
  rmSync(home, { recursive: true });
});

test('a start that was refused before anything ran has no logs, and leaves nothing', () => {
  writeFileSync(join(dir, 'logs', 'opened.log'), '');
  expect(forgetRun(dir, true)).toBeNull();
  expect(existsSync(dir)).toBe(false);
});

test('logs of a failure stay, but nobody takes it for a run', () => {
  writeFileSync(join(dir, 'logs', 'emulator.log'), 'no\n');
  expect(forgetRun(dir, true)).toBe(join(dir, 'logs'));
  expect(existsSync(join(dir, 'logs', 'emulator.log'))).toBe(true);
  expect(existsSync(stateFile())).toBe(false);
});

test('logs of a run that ended well go with it', () => {
  writeFileSync(join(dir, 'logs', 'emulator.log'), 'yes\n');
  expect(forgetRun(dir, false)).toBeNull();
  expect(existsSync(dir)).toBe(false);
});
