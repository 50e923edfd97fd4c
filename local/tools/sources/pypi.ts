import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Program, ToolName } from '../catalog/types';
import { requireReachable } from '../process/reach';
import { pinnedPackages } from '../pin/python/requirements';
import { run } from '../process/run';
import { NotThere, type Source } from './source';

/** Prints the index that pip asks where none is set. */
const DEFAULT_INDEX = 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)';
export const PYTHON_NEEDED = 'install Python 3.10 or newer with its venv module (Debian: apt-get install python3-venv)';

/** A virtual environment in the cache. */
export const pypi: Source = {
  name: 'pypi',
  async deliver(bundle, { directory, env, onProgress, signal, verify }) {
    if (bundle.pypi === undefined) throw new NotThere();
    const python = (args: readonly string[], timeoutMs: number, interpreter = 'python3'): Promise<string> =>
      run(interpreter, args, { timeoutMs, signal });
    await python(['-c', 'import venv, ensurepip'], 20_000);
    const index = env.PIP_NO_INDEX ? null : await indexOf(env, signal);
    if (index !== null) await requireReachable(index, env);
    onProgress(`${bundle.name}: installing it with what it needs, by checksum, into a virtual environment`);
    const made = path.join(directory, 'venv');
    await python(['-m', 'venv', made], 120_000);
    const bin = path.join(made, 'bin');
    const own = path.join(bin, 'python');
    const install = ['-m', 'pip', 'install', '--quiet', '--no-input', ...pinnedPackages(bundle.pypi.package)];
    await python(install, 900_000, own);
    const programs: Partial<Record<ToolName, Program>> = {};
    for (const tool of bundle.tools) programs[tool] = { path: path.join(bin, tool), env: {}, python: own };
    const target = await verify(programs);
    await makeRelocatable(bin, bundle.tools, path.join(target, 'venv', 'bin', 'python'));
    return programs;
  },
};

/** Where the user's pip looks; null where pip does not say, and finds out by itself. */
async function indexOf(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string | null> {
  if (env.PIP_INDEX_URL) return env.PIP_INDEX_URL;
  const ask = (...args: string[]): Promise<string> => run('python3', args, { timeoutMs: 20_000, signal });
  const asked = await ask('-m', 'pip', 'config', 'get', 'global.index-url')
    // No such setting: pip's own default. No pip outside of virtual environments: nobody knows.
    .catch(() => ask('-c', DEFAULT_INDEX))
    .catch(() => '');
  signal.throwIfAborted();
  const url = asked.trim().split('\n').pop()!;
  return URL.canParse(url) ? url : null;
}

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
