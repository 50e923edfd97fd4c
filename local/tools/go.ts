import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { NotThere, type Source } from './source';
import { run } from './run';
import type { GoSource, Program, ToolName } from './types';

const BUILD_MS = 30 * 60_000;

/** Built from the Go module, in a small module of ours: `go install` refuses modules that have replaces. */
export const go: Source = {
  name: 'go',
  async deliver(bundle, place) {
    if (bundle.go === undefined) throw new NotThere();
    const found = await run('go', ['env', 'GOVERSION'], { timeoutMs: 20_000 });
    place.onProgress(
      `${bundle.name}: building ${bundle.go.module} ${bundle.go.version} with ${found.trim()}, may take minutes`,
    );
    const source = path.join(place.directory, 'module');
    await fs.mkdir(source);
    await fs.writeFile(path.join(source, 'go.mod'), goMod(bundle.go, found.trim().replace(/^go/, '')));
    const commands = Object.entries(bundle.go.commands).map(
      ([tool, dir]) => [tool as ToolName, dir === '' ? bundle.go!.module : `${bundle.go!.module}/${dir}`] as const,
    );
    await fs.writeFile(path.join(source, 'tools.go'), toolsGo(commands.map(([, pkg]) => pkg)));
    await run('go', ['mod', 'tidy', '-e'], { cwd: source, timeoutMs: BUILD_MS });
    const programs: Partial<Record<ToolName, Program>> = {};
    for (const [tool, pkg] of commands) {
      const file = path.join(place.directory, tool);
      // The rest of the system is starting meanwhile: be nice to it.
      await run('nice', ['-n', '10', 'go', 'build', '-trimpath', '-ldflags', bundle.go.ldflags, '-o', file, pkg], {
        cwd: source,
        timeoutMs: BUILD_MS,
      });
      programs[tool] = { path: file, env: {} };
    }
    await fs.rm(source, { recursive: true });
    await place.verify(programs);
    return { programs };
  },
};

/** A module that requires the one we want and repeats its replaces, which Go ignores in dependencies. */
export function goMod(wanted: GoSource, goVersion: string): string {
  const replaces = Object.entries(wanted.replace).map(([from, to]) => `replace ${from} => ${to}`);
  return [
    'module tools',
    '',
    `go ${goVersion}`,
    '',
    `require ${wanted.module} ${wanted.version}`,
    '',
    ...replaces,
    '',
  ].join('\n');
}

/** Imports for `go mod tidy` only; the tag keeps the file, which imports commands, out of every build. */
function toolsGo(packages: readonly string[]): string {
  return `//go:build tools\n\npackage tools\n\nimport (\n${packages.map((pkg) => `\t_ "${pkg}"`).join('\n')}\n)\n`;
}
