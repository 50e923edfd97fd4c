import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../lib/contract/errors';
import { runDir, stateFile, type RunState } from '../../lib/shell/local/run-state';

export function writeState(state: RunState): void {
  mkdirSync(runDir(), { recursive: true });
  const next = `${stateFile()}.next`;
  writeFileSync(next, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(next, stateFile());
}

/** After a run: its logs stay if it failed and has any, until the next one; else nothing does. Returns where they are. */
export function forgetRun(dir: string, failed: boolean): string | null {
  const logs = join(dir, 'logs');
  const some = existsSync(logs) && readdirSync(logs).some((name) => statSync(join(logs, name)).size > 0);
  if (failed && some) {
    removeState();
    return logs;
  }
  rmSync(dir, { recursive: true, force: true });
  return null;
}

export function removeState(): void {
  rmSync(stateFile(), { force: true });
}

/** A run writes some hundred MiB; better to say so now than to fail in the middle. */
export function requireSpace(dir: string, bytes: number): void {
  mkdirSync(dir, { recursive: true });
  const { bavail, bsize } = statfsSync(dir);
  const free = bavail * bsize;
  if (free < bytes) {
    throw new UserError({
      what: 'the disk is too full for a local run',
      where: dir,
      got: `${Math.floor(free / 2 ** 20)} MiB free`,
      expected: `at least ${Math.floor(bytes / 2 ** 20)} MiB`,
      fix: 'free some space, or set XDG_CACHE_HOME to a directory on a larger disk',
    });
  }
}
