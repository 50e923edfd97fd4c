import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { UserError } from '../../../lib/contract/errors';

/** $XDG_CACHE_HOME/prometheus-ha/tools, or below ~/.cache. @throws UserError when it would be in the working directory */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_CACHE_HOME || path.join(env.HOME || os.homedir(), '.cache');
  if (!path.isAbsolute(base)) {
    throw new UserError({
      what: 'the cache for tools has no absolute path',
      got: `XDG_CACHE_HOME=${base}`,
      expected: 'a path that begins with /',
      fix: 'correct XDG_CACHE_HOME, or unset it: then it is ~/.cache',
    });
  }
  return path.join(base, 'prometheus-ha', 'tools');
}

/** Makes the cache. A full or foreign disk is told before the work, because apt and pip fail in words of their own. @throws UserError */
export async function openCache(root: string, neededBytes: number): Promise<void> {
  try {
    await makeDirectory(root);
    await fs.access(root, fs.constants.W_OK);
  } catch (error) {
    throw new UserError({
      what: 'the cache for tools cannot be written',
      where: root,
      got: (error as Error).message,
      expected: 'a directory of yours with about 1 GB free',
      fix: 'set XDG_CACHE_HOME to such a directory',
    });
  }
  const { bavail, bsize } = await fs.statfs(root);
  if (bavail * bsize >= neededBytes) return;
  throw new UserError({
    what: 'there is too little space for the tools',
    where: root,
    got: `${Math.round((bavail * bsize) / 1e6)} MB free`,
    expected: `${neededBytes / 1e6} MB`,
    fix: 'free some, or set XDG_CACHE_HOME to a directory with more room',
  });
}

/** Level by level: where nobody can make one, as below /proc, Node's own `recursive` tries for ever. */
async function makeDirectory(directory: string): Promise<void> {
  const there = await fs.stat(directory).catch(() => null);
  if (there?.isDirectory() === true) return;
  if (path.dirname(directory) !== directory) await makeDirectory(path.dirname(directory));
  await fs.mkdir(directory).catch((error: NodeJS.ErrnoException) => {
    // Somebody else was quicker; a file of that name is told when it is written to.
    if (error.code !== 'EEXIST') throw error;
  });
}
