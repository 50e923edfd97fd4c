import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { GoModule } from '../../../lib/contract/versions';
import { cacheRoot, openCache } from '../cache/root';
import type { GoSource, Program, Progress, ToolName } from '../catalog/types';
import { compareVersions, findVersion } from '../catalog/version';
import { requireReachable } from '../process/reach';
import { run } from '../process/run';
import { BUILD_BYTES, inGoHome, type GoEnvironment } from './go-home';
import { NotThere, type BuildPlace, type Source } from './source';

const BUILD_MS = 2 * 3_600_000;
const TELL_MS = 15_000;
/** From here on Go gets by itself the version that a module asks for. */
const OLDEST_GO = '1.21';
export const GO_NEEDED = `install Go ${OLDEST_GO} or newer (https://go.dev/dl)`;

/** Built from the module of the pinned version, in a copy: what Go has fetched is not to be written to. */
export const go: Source = {
  name: 'go',
  async deliver(bundle, place) {
    const wanted = bundle.go;
    if (wanted === undefined) throw new NotThere();
    const version = await requireGo(place);
    await openCache(place.root, BUILD_BYTES);
    return inGoHome(place.root, place, async (env) => {
      const { path: module, version: tag } = wanted.module;
      place.onProgress(`${bundle.name}: building ${module} ${tag} with Go ${version}, which takes minutes`);
      const source = path.join(place.directory, 'module');
      await copyModule(wanted, source, env, place);
      await addFiles(wanted.added ?? {}, source);
      const programs = await build(wanted, source, env, place, (line) => place.onProgress(`${bundle.name}: ${line}`));
      await fs.rm(source, { recursive: true });
      await place.verify(programs);
      return programs;
    });
  },
};

/** @throws Error that says what to install, or that the modules cannot be had */
async function requireGo({ env, signal }: Pick<BuildPlace, 'env' | 'signal'>): Promise<string> {
  const told = await run('go', ['env', 'GOVERSION', 'GOPROXY'], { timeoutMs: 20_000, signal }).catch((error: Error) => {
    throw new Error(`${error.message}: ${GO_NEEDED}`);
  });
  const [goVersion = '', proxies = ''] = told.trim().split('\n');
  const version = findVersion(goVersion) ?? '0';
  if (compareVersions(version, OLDEST_GO) < 0) throw new Error(`Go ${version} is too old: ${GO_NEEDED}`);
  const [proxy = ''] = proxies.split(/[,|]/);
  if (/^https?:/.test(proxy)) await requireReachable(proxy, env);
  return version;
}

/** What `go mod download -json` says. */
const downloaded = z.object({ Dir: z.string(), Sum: z.string() });

async function copyModule(
  { module }: GoSource,
  source: string,
  env: GoEnvironment,
  { signal }: BuildPlace,
): Promise<void> {
  const { Dir, Sum } = await downloadModule(module, env, signal);
  if (module.sum !== undefined && Sum !== module.sum)
    throw new Error(`${module.path} is not what was pinned: ${Sum}, expected ${module.sum}; refused`);
  await run('cp', ['-R', '--no-preserve=mode', `${Dir}/.`, source], { timeoutMs: 120_000, signal });
}

async function downloadModule(
  { path: name, version }: GoModule,
  env: GoEnvironment,
  signal: AbortSignal,
): Promise<z.infer<typeof downloaded>> {
  const text = await run('go', ['mod', 'download', '-json', `${name}@${version}`], {
    env,
    timeoutMs: BUILD_MS,
    signal,
  });
  return downloaded.parse(JSON.parse(text.slice(text.indexOf('{'))));
}

async function addFiles(files: Readonly<Record<string, string>>, source: string): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(source, name);
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(
      file,
      name.endsWith('.gz') ? gzipSync(text) : name.endsWith('.br') ? brotliCompressSync(text) : text,
    );
  }
}

/** All commands in one pass: what they share is compiled once. */
async function build(
  { module, packages, tags, ldflags }: GoSource,
  source: string,
  env: GoEnvironment,
  { directory, signal }: BuildPlace,
  onProgress: Progress,
): Promise<Record<string, Program>> {
  const wanted = packages.map((pkg) => (pkg === '' ? '.' : `./${pkg}`));
  const tagged = tags === undefined ? [] : ['-tags', tags];
  const progress = buildProgress(onProgress);
  const command = (args: readonly string[]): Promise<string> =>
    // Something else is starting or being tested meanwhile: be nice to it.
    run('nice', ['-n', '10', 'go', ...args], { cwd: source, env, timeoutMs: BUILD_MS, signal, onLine: progress.line });
  const needed = await command(['list', '-deps', ...tagged, ...wanted]);
  progress.expect(needed.split('\n').filter((line) => line !== '' && !line.startsWith('go: ')).length);
  const bin = path.join(directory, 'bin');
  await fs.mkdir(bin);
  await command(['build', '-v', '-trimpath', ...tagged, '-ldflags', ldflags, '-o', `${bin}/`, ...wanted]);
  const names = packages.map((pkg) => path.basename(pkg || module.path) as ToolName);
  return Object.fromEntries(names.map((name) => [name, { path: path.join(bin, name), env: {} }]));
}

/** Of Go's output, a line every now and then. */
export function buildProgress(
  onProgress: Progress,
  now: () => number = Date.now,
): { line(line: string): void; expect(packages: number): void } {
  const startedAt = now();
  let toldAt = startedAt;
  let [modules, packages, of] = [0, 0, 0];
  return {
    expect: (all) => (of = all),
    line(line) {
      if (line.startsWith('go: downloading ')) modules += 1;
      else if (of > 0) packages += 1;
      if (now() - toldAt < TELL_MS) return;
      toldAt = now();
      const seconds = Math.round((toldAt - startedAt) / 1000);
      onProgress(
        of === 0 ? `${modules} modules fetched, ${seconds} s` : `${packages} of ${of} packages built, ${seconds} s`,
      );
    },
  };
}

/** Why nothing can be built from modules here, in one line; null when it can. */
export async function whyNoBuild(signal: AbortSignal, env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  return requireGo({ env, signal }).then(
    () => null,
    (error: Error) => {
      signal.throwIfAborted();
      return error.message;
    },
  );
}

/** A module's sum, which Go compares with its checksum database; undefined, and said why, where it cannot be had. */
export async function moduleSum(
  module: GoModule,
  signal: AbortSignal,
  onProgress: Progress,
): Promise<string | undefined> {
  const why = await whyNoBuild(signal);
  if (why !== null) {
    onProgress(`without the sum of its Go module, which Go will ask its checksum database for (${why})`);
    return undefined;
  }
  const root = cacheRoot();
  await openCache(root, 0);
  return inGoHome(root, { onProgress, signal }, async (env) => (await downloadModule(module, env, signal)).Sum);
}
