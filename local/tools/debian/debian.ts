import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { withLock } from '../cache/lock';
import type { Bundle, Program, Programs, ToolName } from '../catalog/types';
import { run } from '../process/run';
import { NotThere, type BuildPlace, type Source } from '../sources/source';
import { openApt, type Apt } from './apt';
import { provideDirectory } from './compiled-in-directory';
import { addLibraries } from './libraries';

/** Debian packages, unpacked into the cache and never installed. */
export const debian: Source = {
  name: 'debian',
  async deliver(bundle, place) {
    const wanted = bundle.debian;
    if (wanted === undefined) throw new NotThere();
    // One apt at a time: it locks its own lists and fails instead of waiting.
    return withLock(place.root, 'apt', place, async () => {
      const apt = await openApt(place);
      const suites = wanted.prefer === 'own' ? [...apt.suites].reverse() : apt.suites;
      const reasons: string[] = [];
      for (const suite of suites) {
        try {
          place.onProgress(`${bundle.name}: unpacking Debian's packages (${suite})`);
          const programs = await unpack(bundle, apt, suite, place);
          const target = await place.verify(programs);
          const fix = bundle.debian?.compiledInDirectory;
          // Only now: the script that this makes runs from where it will be, not from here.
          if (fix) await provideDirectory(programs[fix.tool]!.path, place.directory, target, fix.directory);
          return programs;
        } catch (error) {
          place.signal.throwIfAborted();
          reasons.push(`${suite}: ${(error as Error).message}`);
          await fs.rm(place.directory, { recursive: true, force: true });
          await fs.mkdir(place.directory, { recursive: true });
        }
      }
      throw new Error(reasons.join('; '));
    });
  },
};

async function unpack(bundle: Bundle, apt: Apt, suite: string, { directory, signal }: BuildPlace): Promise<Programs> {
  const programs: Partial<Record<ToolName, Program>> = {};
  for (const [pkg, contents] of Object.entries(bundle.debian!.packages)) {
    // Before Debian 13 promtool is in prometheus's own package.
    if (Object.keys(contents).every((tool) => programs[tool as ToolName] !== undefined)) continue;
    const deb = await apt.download(pkg, suite, directory);
    await run('dpkg-deb', ['-x', deb, directory], { timeoutMs: 120_000, signal });
    await fs.rm(deb);
    for (const [tool, file] of Object.entries(contents)) {
      // From Debian 13 on what was in sbin/ is in usr/sbin/.
      for (const program of [path.join(directory, file), path.join(directory, 'usr', file)]) {
        if (await isFile(program)) programs[tool as ToolName] = { path: program, env: {} };
      }
    }
  }
  for (const tool of bundle.tools) {
    const program = programs[tool];
    if (program === undefined) throw new Error(`its packages hold no ${tool}`);
    const pkgs = Object.keys(bundle.debian!.packages);
    const env = await addLibraries(
      program.path,
      directory,
      (name) => apt.dependencies(name, suite),
      pkgs,
      (name, into) => apt.download(name, suite, into),
      signal,
    );
    programs[tool] = { path: program.path, env };
  }
  return programs;
}

async function isFile(file: string): Promise<boolean> {
  return fs.stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}
