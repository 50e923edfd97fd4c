import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Program, ToolName } from '../catalog/types';
import { requireReachable } from '../process/reach';
import { run } from '../process/run';
import { NotThere, type Source } from './source';

/** A program that npm's registry has for each architecture, as a package without an install script. */
export const npm: Source = {
  name: 'npm',
  async deliver(bundle, { directory, env, onProgress, signal, verify }) {
    const wanted = bundle.npm;
    if (wanted === undefined) throw new NotThere();
    const integrity = wanted.integrity[process.arch];
    if (process.platform !== 'linux' || integrity === undefined) {
      throw new Error(`no checksum is known for ${process.platform} ${process.arch}`);
    }
    const registry = await run('npm', ['config', 'get', 'registry'], { timeoutMs: 20_000, signal });
    await requireReachable(registry.trim(), env);
    const spec = `${wanted.package.replace('{arch}', process.arch)}@${wanted.version}`;
    onProgress(`${bundle.name}: getting ${spec} from npm's registry`);
    await run('npm', ['pack', spec, '--silent', '--ignore-scripts', '--pack-destination', directory], {
      timeoutMs: 600_000,
      cwd: directory,
      signal,
    });
    const [tarball, ...others] = (await fs.readdir(directory)).filter((file) => file.endsWith('.tgz'));
    if (tarball === undefined || others.length > 0) throw new Error(`npm pack made no tarball of ${spec}`);
    const file = path.join(directory, tarball);
    checkIntegrity(await fs.readFile(file), integrity, spec);
    await run('tar', ['-xzf', file, '-C', directory, ...Object.values(wanted.files)], { timeoutMs: 120_000, signal });
    await fs.rm(file);
    const programs: Partial<Record<ToolName, Program>> = {};
    for (const tool of bundle.tools) programs[tool] = { path: path.join(directory, wanted.files[tool]!), env: {} };
    await verify(programs);
    return programs;
  },
};

/** @throws Error when the bytes are not those that were pinned */
export function checkIntegrity(bytes: Uint8Array, expected: string, what: string): void {
  const actual = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  if (actual !== expected) throw new Error(`${what} is not what was pinned: ${actual}, expected ${expected}; refused`);
}
