import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { run } from '../process/run';

/** Comes with every machine, and mixing it with the machine's own loader breaks programs. */
const NEVER = /^(libc6|libgcc-s1|libcrypt1)$/;
const DEPTH = 4;

/**
 * Puts the shared libraries that a program lacks on this machine beside it.
 * @returns the environment that makes the loader find them; empty when nothing was missing
 */
export async function addLibraries(
  program: string,
  directory: string,
  dependencies: (pkg: string) => Promise<string[]>,
  packages: readonly string[],
  download: (pkg: string, into: string) => Promise<string>,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const lib = path.join(directory, 'promha-lib');
  const seen = new Set<string>(packages);
  let ask: readonly string[] = packages;
  let missing = await missingLibraries(program, lib);
  for (let depth = 0; missing.length > 0 && depth < DEPTH; depth += 1) {
    const next = (await Promise.all(ask.map(dependencies)))
      .flat()
      .filter((name) => /^lib/.test(name) && !NEVER.test(name));
    ask = [...new Set(next)].filter((name) => !seen.has(name));
    for (const name of ask) {
      seen.add(name);
      signal.throwIfAborted();
      await takeMissing(name, directory, lib, missing, download);
    }
    missing = await missingLibraries(program, lib);
  }
  if (missing.length > 0) throw new Error(`${path.basename(program)} lacks ${missing.join(', ')}`);
  const used = await fs.readdir(lib).catch(() => []);
  return used.length === 0 ? {} : { LD_LIBRARY_PATH: lib };
}

async function takeMissing(
  pkg: string,
  directory: string,
  lib: string,
  missing: readonly string[],
  download: (pkg: string, into: string) => Promise<string>,
): Promise<void> {
  const scratch = await fs.mkdtemp(path.join(directory, '.lib-'));
  try {
    await run('dpkg-deb', ['-x', await download(pkg, scratch), path.join(scratch, 'x')], { timeoutMs: 60_000 });
    for (const file of await fs.readdir(path.join(scratch, 'x'), { recursive: true })) {
      const wanted = missing.find((soname) => path.basename(file) === soname);
      // A second-level library is missing only once the first one is there: take every soname of the package.
      if (wanted === undefined && !/\.so\.\d+$/.test(file)) continue;
      await fs.mkdir(lib, { recursive: true });
      await fs.copyFile(await fs.realpath(path.join(scratch, 'x', file)), path.join(lib, path.basename(file)));
    }
  } finally {
    await fs.rm(scratch, { recursive: true, force: true });
  }
}

async function missingLibraries(program: string, lib: string): Promise<string[]> {
  // ldd fails for a program that is linked statically, as Go's often are: nothing is missing then.
  const listed = await run('ldd', [program], { timeoutMs: 20_000, env: { LD_LIBRARY_PATH: lib, LC_ALL: 'C' } }).catch(
    () => '',
  );
  return [...listed.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]!);
}
