import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { releaseUrl } from '../../../lib/contract/versions';
import type { Program, ToolName } from '../catalog/types';
import { download, releaseHost } from '../process/download';
import { run } from '../process/run';
import { NotThere, type Source } from './source';

/** The project's own release, checked against the pinned sum before anything of it is used. */
export const release: Source = {
  name: 'release',
  async deliver(bundle, { directory, env, onProgress, signal, verify }) {
    if (bundle.release === undefined) throw new NotThere();
    const { program, version, sha256 } = bundle.release;
    const arch = releaseArchitecture();
    const expected = sha256[arch];
    if (process.platform !== 'linux' || expected === undefined) {
      throw new Error(`no checksum is known for ${process.platform} ${arch}`);
    }
    const url = releaseUrl(program, version, arch, releaseHost(env));
    const bytes = await download(url, signal, () => onProgress(`${bundle.name}: downloading release ${version}`));
    checkSum(bytes, expected, url);
    const tarball = path.join(directory, 'release.tar.gz');
    await fs.writeFile(tarball, bytes);
    await run('tar', ['-xzf', tarball, '-C', directory, '--strip-components=1'], { timeoutMs: 120_000, signal });
    await fs.rm(tarball);
    const programs: Partial<Record<ToolName, Program>> = {};
    for (const tool of bundle.tools) programs[tool] = { path: path.join(directory, tool), env: {} };
    await verify(programs);
    return programs;
  },
};

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** @throws Error when the bytes are not those that were pinned */
export function checkSum(bytes: Uint8Array, expected: string, what: string): void {
  const actual = sha256Of(bytes);
  if (actual !== expected)
    throw new Error(`${what} is not what was pinned: SHA-256 ${actual}, expected ${expected}; refused`);
}

/** As Go and the releases spell it. */
export function releaseArchitecture(arch: string = process.arch): string {
  return arch === 'x64' ? 'amd64' : arch;
}
