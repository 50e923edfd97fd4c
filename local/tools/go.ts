import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { NotThere, type Source } from './source';
import { run } from './run';
import type { GoSource, Program, Progress, ToolName } from './types';

const BUILD_MS = 30 * 60_000;
const TELL_MS = 15_000;

/**
 * Built from the Go module, in a small module of ours or in a copy of it: `go install` refuses modules that have
 * replaces.
 */
export const go: Source = {
  name: 'go',
  async deliver(bundle, place) {
    if (bundle.go === undefined) throw new NotThere();
    const found = await run('go', ['env', 'GOVERSION'], { timeoutMs: 20_000 });
    place.onProgress(
      `${bundle.name}: building ${bundle.go.module} ${bundle.go.version} with ${found.trim()}, may take minutes`,
    );
    const source = path.join(place.directory, 'module');
    const packages = await (bundle.go.inPlace === undefined ? around : copied)(bundle.go, source, found.trim());
    const progress = buildProgress((line) => place.onProgress(`${bundle.name}: ${line}`));
    const programs: Partial<Record<ToolName, Program>> = {};
    for (const [tool, pkg] of packages) {
      const file = path.join(place.directory, tool);
      const tags = bundle.go.inPlace === undefined ? [] : ['-tags', bundle.go.inPlace.tags];
      const args = ['build', '-v', '-trimpath', ...tags, '-ldflags', bundle.go.ldflags, '-o', file, pkg];
      // Something else is starting or being tested meanwhile: be nice to it.
      await run('nice', ['-n', '10', 'go', ...args], { cwd: source, timeoutMs: BUILD_MS, onLine: progress });
      programs[tool] = { path: file, env: {} };
    }
    await fs.rm(source, { recursive: true });
    await place.verify(programs);
    return { programs };
  },
};

type Packages = readonly (readonly [ToolName, string])[];

/** A small module of ours in `source`. Returns what to build in it. */
async function around(wanted: GoSource, source: string, goVersion: string): Promise<Packages> {
  await fs.mkdir(source);
  await fs.writeFile(path.join(source, 'go.mod'), goMod(wanted, goVersion.replace(/^go/, '')));
  const packages = commandsOf(wanted).map(
    ([tool, dir]) => [tool, dir === '' ? wanted.module : `${wanted.module}/${dir}`] as const,
  );
  await fs.writeFile(path.join(source, 'tools.go'), toolsGo(packages.map(([, pkg]) => pkg)));
  await run('go', ['mod', 'tidy', '-e'], { cwd: source, timeoutMs: BUILD_MS });
  return packages;
}

/** A copy of the module itself in `source`: Go's module cache is read-only. */
async function copied(wanted: GoSource, source: string): Promise<Packages> {
  const text = await run('go', ['mod', 'download', '-json', `${wanted.module}@${wanted.version}`], {
    timeoutMs: BUILD_MS,
  });
  const { Dir, Sum } = JSON.parse(text.slice(text.indexOf('{'))) as { Dir: string; Sum: string };
  if (Sum !== wanted.inPlace!.sum) {
    throw new Error(`${wanted.module} is not what was pinned: ${Sum}, expected ${wanted.inPlace!.sum}; refused`);
  }
  await run('cp', ['-R', `${Dir}/.`, source], { timeoutMs: 120_000 });
  await run('chmod', ['-R', 'u+w', source], { timeoutMs: 120_000 });
  return commandsOf(wanted).map(([tool, dir]) => [tool, `./${dir}`] as const);
}

function commandsOf({ commands }: GoSource): [ToolName, string][] {
  return Object.entries(commands) as [ToolName, string][];
}

/** Of the compiler's output, a line every now and then. */
export function buildProgress(onProgress: Progress, now: () => number = Date.now): (line: string) => void {
  const startedAt = now();
  let toldAt = startedAt;
  let modules = 0;
  let packages = 0;
  return (line) => {
    if (line.startsWith('go: downloading ')) modules += 1;
    else packages += 1;
    if (now() - toldAt < TELL_MS) return;
    toldAt = now();
    onProgress(
      `${modules} modules fetched, ${packages} packages built in ${Math.round((toldAt - startedAt) / 1000)} s`,
    );
  };
}

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
