import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../catalog/types';

const WAIT_MS = 200;
/** All builds, one after the other, on a slow machine. */
const GIVE_UP_MS = 2 * 3_600_000;

export interface LockOptions {
  readonly onProgress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Runs `work` while no other process does the same. The lock is a file that holds its owner's pid and is
 * linked into place, so it is never seen empty. Two that take over a dead owner's lock at the same
 * moment may both work: wasteful, but harmless, since results are renamed into place.
 */
export async function withLock<T>(
  root: string,
  what: string,
  waiting: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const lock = path.join(root, `${what}.lock`);
  const mine = path.join(root, `.lock.${process.pid}.${randomBytes(4).toString('hex')}`);
  await fs.writeFile(mine, String(process.pid));
  try {
    await take(lock, mine, what, waiting);
  } finally {
    await fs.rm(mine, { force: true });
  }
  try {
    return await work();
  } finally {
    await fs.rm(lock, { force: true });
  }
}

async function take(lock: string, mine: string, what: string, { onProgress, signal }: LockOptions): Promise<void> {
  const since = Date.now();
  for (let told = false; ;) {
    try {
      await fs.link(mine, lock);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await fs.readFile(lock, 'utf8').catch(() => '0'));
    if (owner !== 0 && !isProcessAlive(owner)) {
      await fs.rm(lock, { force: true });
      continue;
    }
    if (!told && owner !== process.pid) onProgress(`${what}: waiting for process ${owner}, which is at it`);
    told = true;
    if (Date.now() - since > GIVE_UP_MS) throw new Error(`process ${owner} holds ${lock} for too long`);
    await sleep(WAIT_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
