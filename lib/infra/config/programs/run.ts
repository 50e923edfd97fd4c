import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Checker } from './find';

/** What a checker said, both streams together; `accepted` by its exit code. */
export interface CheckerSaid {
  readonly accepted: boolean;
  readonly output: string;
}

const TIMEOUT_MS = 120_000;

export function runChecker(checker: Checker, args: readonly string[], cwd: string): CheckerSaid {
  const { status, stdout, stderr, error } = spawnSync(checker.path, [...(checker.flags ?? []), ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...checker.env },
    timeout: TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  const output = `${stdout ?? ''}\n${stderr ?? ''}`.trim();
  return { accepted: status === 0, output: output === '' && error !== undefined ? error.message : output };
}

/** Calls `use` with a directory that holds these files, by path, and removes it. */
export function withFiles<T>(files: Readonly<Record<string, string>>, use: (dir: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'promha-check-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), text);
    }
    return use(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}
