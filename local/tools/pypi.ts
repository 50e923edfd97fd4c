import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { NotThere, type Source } from './source';
import { run } from './run';
import type { Program, ToolName } from './types';

/** A virtual environment in the cache. */
export const pypi: Source = {
  name: 'pypi',
  async deliver(bundle, place) {
    if (bundle.pypi === undefined) throw new NotThere();
    place.onProgress(`${bundle.name}: installing ${bundle.pypi.requirement} into a virtual environment`);
    const made = path.join(place.directory, 'venv');
    await run('python3', ['-m', 'venv', made], { timeoutMs: 120_000 });
    const bin = path.join(made, 'bin');
    await run(path.join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', '--no-input', bundle.pypi.requirement], {
      timeoutMs: 900_000,
    });
    const programs: Partial<Record<ToolName, Program>> = {};
    for (const tool of bundle.tools)
      programs[tool] = { path: path.join(bin, tool), env: {}, python: path.join(bin, 'python') };
    await place.verify(programs);
    await makeRelocatable(bin, bundle.tools, path.join(place.target, 'venv', 'bin', 'python'));
    return { programs };
  },
};

/** The first line of an installed script names the interpreter, which is about to move to `python`. */
async function makeRelocatable(bin: string, tools: readonly ToolName[], python: string): Promise<void> {
  for (const tool of tools) {
    const file = path.join(bin, tool);
    const text = await fs.readFile(file, 'utf8');
    // A path of more than 127 characters cannot stand in a first line: through sh, then, as pip does it.
    const body = text.replace(/^#!.*\n(?:'''exec'.*\n' '''\n)?/, '');
    await fs.writeFile(file, `#!/bin/sh\n'''exec' "${python}" "$0" "$@"\n' '''\n${body}`, { mode: 0o755 });
  }
}
