import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { NotThere, type Source } from './source';
import { run } from './run';
import type { Program, ToolName } from './types';

const CONNECT_MS = 5_000;
const DOWNLOAD_MS = 600_000;

/** Hosts that did not answer: asked once per run, not once per tool. */
const unreachable = new Map<string, string>();

/** The project's own release, checked against the pinned sum before anything of it is used. */
export const release: Source = {
  name: 'release',
  async deliver(bundle, place) {
    if (bundle.release === undefined) throw new NotThere();
    const arch = architecture();
    const expected = bundle.release.sha256[arch];
    if (process.platform !== 'linux' || expected === undefined) {
      throw new Error(`no checksum is known for ${process.platform} ${arch}`);
    }
    const url = bundle.release.url.replace('{arch}', arch);
    const bytes = await download(url, () => place.onProgress(`${bundle.name}: downloading release ${bundle.pinned}`));
    checkSum(bytes, expected, url);
    const tarball = path.join(place.directory, 'release.tar.gz');
    await fs.writeFile(tarball, bytes);
    await run('tar', ['-xzf', tarball, '-C', place.directory, '--strip-components=1'], { timeoutMs: 120_000 });
    await fs.rm(tarball);
    const programs: Partial<Record<ToolName, Program>> = {};
    for (const tool of bundle.tools) programs[tool] = { path: path.join(place.directory, tool), env: {} };
    await place.verify(programs);
    return { programs };
  },
};

/** @throws Error when the bytes are not those that were pinned */
export function checkSum(bytes: Uint8Array, expected: string, what: string): void {
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== expected)
    throw new Error(`${what} is not what was pinned: SHA-256 ${actual}, expected ${expected}; refused`);
}

/** As Go and the releases spell it. */
export function architecture(arch: string = process.arch): string {
  return arch === 'x64' ? 'amd64' : arch;
}

/** One answer within CONNECT_MS, or the host counts as out of reach for the rest of this run. */
export async function download(url: string, onAnswer: () => void = () => undefined): Promise<Uint8Array> {
  const { host } = new URL(url);
  const before = unreachable.get(host);
  if (before !== undefined) throw new Error(before);
  const controller = new AbortController();
  let timer = setTimeout(() => controller.abort(new Error(`no answer within ${CONNECT_MS / 1000} s`)), CONNECT_MS);
  let response: Response;
  try {
    response = await fetch(url, { signal: controller.signal });
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    const reason = `${host} is out of reach (${cause?.code ?? cause?.message ?? message})`;
    unreachable.set(host, reason);
    throw new Error(reason, { cause: error });
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  onAnswer();
  timer = setTimeout(() => controller.abort(new Error(`download took more than ${DOWNLOAD_MS / 1000} s`)), DOWNLOAD_MS);
  try {
    return new Uint8Array(await response.arrayBuffer());
  } finally {
    clearTimeout(timer);
  }
}
