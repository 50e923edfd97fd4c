import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { isProcessAlive } from './lock';

/** An empty directory next to where it will be renamed to, so that the rename is atomic. */
export async function scratchDirectory(root: string, what: string): Promise<string> {
  const directory = path.join(root, 'tmp', `${what}.${process.pid}.${randomBytes(4).toString('hex')}`);
  await removeScratchOfTheDead(path.join(root, 'tmp'));
  await fs.mkdir(directory, { recursive: true });
  return directory;
}

/** What a process that was killed left half done: a build's directory is large. */
async function removeScratchOfTheDead(tmp: string): Promise<void> {
  await fs.mkdir(tmp, { recursive: true });
  for (const name of await fs.readdir(tmp)) {
    const pid = Number(/\.(\d+)\.[0-9a-f]{8}$/.exec(name)?.[1]);
    if (Number.isNaN(pid) || isProcessAlive(pid)) continue;
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

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
