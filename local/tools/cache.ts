import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { UserError } from '../../lib/contract/errors';
import type { Progress } from './types';

/** $XDG_CACHE_HOME/prometheus-ha/tools, or below ~/.cache. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  return path.join(env.XDG_CACHE_HOME || path.join(env.HOME || os.homedir(), '.cache'), 'prometheus-ha', 'tools');
}

/** An empty directory next to where it will be renamed to, so that the rename is atomic. */
export async function scratchDirectory(root: string, what: string): Promise<string> {
  const directory = path.join(root, 'tmp', `${what}.${process.pid}.${randomBytes(4).toString('hex')}`);
  try {
    await removeScratchOfTheDead(path.join(root, 'tmp'));
    await fs.mkdir(directory, { recursive: true });
  } catch (error) {
    throw new UserError({
      what: 'the cache for tools cannot be written',
      where: root,
      got: (error as Error).message,
      expected: 'a directory of yours with about 1 GB free',
      fix: 'set XDG_CACHE_HOME to such a directory',
    });
  }
  return directory;
}

/** What a process that was killed left half done: a build's directory is large. */
async function removeScratchOfTheDead(tmp: string): Promise<void> {
  await fs.mkdir(tmp, { recursive: true });
  for (const name of await fs.readdir(tmp)) {
    const pid = Number(/\.(\d+)\.[0-9a-f]{8}$/.exec(name)?.[1]);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    await fs.rm(path.join(tmp, name), { recursive: true, force: true });
  }
}

/** Puts a finished directory in place of whatever was there. Readers see the old one or the new one, never a half. */
export async function putInPlace(root: string, finished: string, target: string): Promise<void> {
  const old = path.join(root, 'tmp', `old.${process.pid}.${randomBytes(4).toString('hex')}`);
  await fs.rename(target, old).catch(ignoreMissing);
  await fs.rename(finished, target);
  await fs.rm(old, { recursive: true, force: true });
}

/** Package lists, one package and what it unpacks to. */
const NEEDED_BYTES = 500e6;

/** A full disk is told before the work, because apt and pip then hang or fail in words of their own. @throws UserError */
export async function requireSpace(root: string): Promise<void> {
  await fs.mkdir(root, { recursive: true });
  const { bavail, bsize } = await fs.statfs(root);
  if (bavail * bsize >= NEEDED_BYTES) return;
  throw new UserError({
    what: 'there is too little space for the tools',
    where: root,
    got: `${Math.round((bavail * bsize) / 1e6)} MB free`,
    expected: `${NEEDED_BYTES / 1e6} MB`,
    fix: 'free some, or set XDG_CACHE_HOME to a directory with more room',
  });
}

const WAIT_MS = 200;
const GIVE_UP_MS = 30 * 60_000;

/**
 * Runs `work` while no other process does the same. The lock is a file that holds its owner's pid and is
 * linked into place, so it is never seen empty. Two that take over a dead owner's lock at the same
 * moment may both work: wasteful, but harmless, since results are renamed into place.
 */
export async function withLock<T>(
  root: string,
  what: string,
  onProgress: Progress,
  work: () => Promise<T>,
): Promise<T> {
  const lock = path.join(root, `${what}.lock`);
  await fs.mkdir(root, { recursive: true });
  const mine = path.join(root, `.lock.${process.pid}.${randomBytes(4).toString('hex')}`);
  await fs.writeFile(mine, String(process.pid));
  try {
    const since = Date.now();
    for (let told = false; ;) {
      try {
        await fs.link(mine, lock);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const owner = Number(await fs.readFile(lock, 'utf8').catch(() => '0'));
      if (owner !== 0 && !isAlive(owner)) {
        await fs.rm(lock, { force: true });
        continue;
      }
      if (!told && owner !== process.pid) onProgress(`${what}: waiting for process ${owner}, which is getting it`);
      told = true;
      if (Date.now() - since > GIVE_UP_MS) throw new Error(`process ${owner} holds ${lock} for too long`);
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  } finally {
    await fs.rm(mine, { force: true });
  }
  try {
    return await work();
  } finally {
    await fs.rm(lock, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
