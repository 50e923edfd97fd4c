import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Bundle, Program, ToolName } from '../catalog/types';
import { findVersion } from '../catalog/version';
import { run } from '../process/run';

/** Runs the program and reads its version. @throws Error when it does not run, or tells none */
export async function probe(bundle: Bundle, tool: ToolName, program: Program, signal?: AbortSignal): Promise<string> {
  const command = bundle.pypi?.importCheck === undefined ? program.path : program.python!;
  const output = await run(command, bundle.versionArgs, { timeoutMs: 60_000, env: program.env, signal });
  const version = findVersion(output);
  if (version === null) throw new Error(`${tool} does not tell its version: ${output.slice(0, 80)}`);
  return version;
}

/** First executable of that name in PATH, null when there is none. */
export async function onPath(name: string, pathVariable = process.env.PATH ?? ''): Promise<string | null> {
  for (const directory of pathVariable.split(path.delimiter)) {
    const file = path.join(directory, name);
    const usable = await fs.access(file, fs.constants.X_OK).then(
      () => true,
      () => false,
    );
    if (directory !== '' && usable && (await fs.stat(file)).isFile()) return file;
  }
  return null;
}

/** A program that the machine already has. @throws Error when it has none */
export async function installed(bundle: Bundle, tool: ToolName, signal: AbortSignal): Promise<Program> {
  // Debian's names differ from the projects'.
  const names = [
    tool,
    ...(tool === 'redis_exporter' || tool === 'alertmanager' ? [`prometheus-${tool.replace('_', '-')}`] : []),
  ];
  for (const name of names) {
    const file = await onPath(name);
    if (file !== null)
      return bundle.pypi?.importCheck === undefined
        ? { path: file, env: {} }
        : withPython(file, bundle.pypi.importCheck, signal);
  }
  throw new Error(`${tool} is not on PATH`);
}

/** The interpreter that can import the module: the script's own, or the machine's. */
export async function withPython(script: string, module: string, signal?: AbortSignal): Promise<Program> {
  const first = (await fs.readFile(script, 'utf8')).split('\n', 1)[0]!;
  const own = /^#!\s*(\S*python\S*)$/.exec(first)?.[1];
  const reasons: string[] = [];
  for (const python of [own, path.join(path.dirname(script), 'python'), 'python3', 'python']) {
    if (python === undefined) continue;
    try {
      // sys.executable sees through version managers' stand-ins, which cost 100 ms per start.
      const args = ['-c', `import sys, ${module}; print(sys.executable)`];
      const found = await run(python, args, { timeoutMs: 60_000, signal });
      return { path: script, env: {}, python: found.trim().split('\n').pop()! };
    } catch (error) {
      signal?.throwIfAborted();
      reasons.push(`${python}: ${(error as Error).message}`);
    }
  }
  throw new Error(`no Python found that can import ${module} (${reasons.join('; ')})`);
}
