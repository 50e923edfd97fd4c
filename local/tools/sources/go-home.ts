import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock, type LockOptions } from '../cache/lock';

/** Modules and compiled packages of all builds together, which share them. */
export const BUILD_BYTES = 6e9;

let waiting = 0;

/** The environment of Go's own commands. */
export type GoEnvironment = Readonly<Record<string, string>>;

/**
 * One build at a time on this machine, in a home of Go's that is ours: the user's is neither read nor filled. It is
 * removed when no build of this process waits any more; one that was interrupted leaves it, and the next goes on from there.
 */
export async function inGoHome<T>(
  root: string,
  by: LockOptions,
  build: (env: GoEnvironment) => Promise<T>,
): Promise<T> {
  const home = join(root, 'go');
  waiting += 1;
  try {
    return await withLock(root, 'go', by, async () => {
      await mkdir(join(home, 'tmp'), { recursive: true });
      try {
        return await build(environment(home));
      } finally {
        if (waiting === 1 && !by.signal.aborted) await rm(home, { recursive: true, force: true });
      }
    });
  } finally {
    waiting -= 1;
  }
}

function environment(home: string): GoEnvironment {
  return {
    GOPATH: join(home, 'path'),
    GOMODCACHE: join(home, 'modules'),
    GOCACHE: join(home, 'build'),
    GOTMPDIR: join(home, 'tmp'),
    // So that it can be removed again.
    GOFLAGS: '-modcacherw',
    // Prometheus' module has a go.work that names directories which are not in it.
    GOWORK: 'off',
    // As the projects' own releases: no C compiler, no shared libraries.
    CGO_ENABLED: '0',
  };
}
