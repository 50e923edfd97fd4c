import { readFile, rename, writeFile } from 'node:fs/promises';
import { UserError } from '../../../lib/contract/errors';
import { releaseFolder, releaseUrl, RELEASED, type GoModule, type Released } from '../../../lib/contract/versions';
import type { Progress } from '../catalog/types';
import { download } from '../process/download';
import { sha256Of } from '../sources/release';
import { moduleOf, withEntry } from './versions-file';

const ARCHITECTURES = ['amd64', 'arm64'] as const;
type Sums = Readonly<Record<(typeof ARCHITECTURES)[number], string>>;

export interface PinOptions {
  /** versions.json. */
  readonly file: string;
  /** Where releases are: GitHub, or what stands in for it. */
  readonly host: string;
  readonly onProgress: Progress;
  readonly signal: AbortSignal;
  /** The sum of a Go module as Go's checksum database has it; undefined without Go. */
  readonly moduleSum: (module: GoModule) => Promise<string | undefined>;
}

/**
 * Pins a release of a program: the sums are those that the project lists for it, and its tarballs were seen to have them.
 * The file is written at the very end. Same release again: same file.
 * @throws UserError: unknown program, no such release, out of reach, a tarball that is not what the list says
 */
export async function pin(program: string, version: string, options: PinOptions): Promise<void> {
  const known = RELEASED.find((name) => name === program);
  if (known === undefined || !/^\d+\.\d+\.\d+$/.test(version)) throw usage(program, version);
  const sums = await listedSums(known, version, options);
  for (const arch of ARCHITECTURES) await verifyTarball(known, version, arch, sums[arch], options);
  const text = await readFile(options.file, 'utf8');
  const { path } = moduleOf(text, known);
  const module: GoModule = { path, version: moduleVersion(known, version) };
  const sum = await options.moduleSum(module);
  const pinned = { version, sha256: sums, module: { ...module, ...(sum === undefined ? {} : { sum }) } };
  await writeFile(`${options.file}.new`, withEntry(text, known, pinned));
  await rename(`${options.file}.new`, options.file);
}

function usage(program: string, version: string): UserError {
  return new UserError({
    what: 'which release?',
    got: `${program} ${version}`.trim() || 'nothing',
    expected: `one of ${RELEASED.join(', ')}, and a released version such as 3.15.0; or image`,
    fix: 'npm run pin -- PROGRAM VERSION; other versions are changed by hand in lib/contract/versions/versions.json',
  });
}

const nothingChanged = (what: string, got: string, expected: string, fix: string): UserError =>
  new UserError({ what: `${what}; nothing was changed`, got, expected, fix });

async function listedSums(program: Released, version: string, { host, signal }: PinOptions): Promise<Sums> {
  const url = `${releaseFolder(program, version, host)}/sha256sums.txt`;
  const text = await fetched(url, signal);
  const lines = text.toString('utf8').split('\n');
  const sumOf = (arch: string): string => {
    const tarball = releaseUrl(program, version, arch, host).split('/').pop()!;
    const sum = lines.map((line) => line.trim().split(/\s+\*?/)).find(([, name]) => name === tarball)?.[0];
    if (sum !== undefined && /^[0-9a-f]{64}$/.test(sum)) return sum;
    const got = `${lines.filter((line) => line !== '').length} lines, none with a SHA-256 of ${tarball}`;
    throw nothingChanged('the list of sums lacks a tarball', got, url, 'look at the release: is it complete?');
  };
  return { amd64: sumOf('amd64'), arm64: sumOf('arm64') };
}

async function verifyTarball(
  program: Released,
  version: string,
  arch: string,
  expected: string,
  { host, onProgress, signal }: PinOptions,
): Promise<void> {
  const url = releaseUrl(program, version, arch, host);
  onProgress(`${program} ${version}: checking the tarball for ${arch}`);
  const actual = sha256Of(await fetched(url, signal));
  if (actual !== expected)
    throw nothingChanged(
      `${url} is not what the project lists`,
      `SHA-256 ${actual}`,
      expected,
      'do not use it: ask the project, or try from another network',
    );
}

async function fetched(url: string, signal: AbortSignal): Promise<Buffer> {
  try {
    return Buffer.from(await download(url, signal));
  } catch (error) {
    signal.throwIfAborted();
    throw nothingChanged(
      'the release cannot be read',
      (error as Error).message,
      url,
      'is there such a release? Else do this where GitHub can be reached, or name a mirror of it: PROMHA_RELEASES=https://…',
    );
  }
}

/** Prometheus' modules are numbered otherwise: 3.15.0 is v0.315.0. */
export function moduleVersion(program: Released, version: string): string {
  const [major, minor, patch] = version.split('.');
  return program === 'prometheus' ? `v0.${major}${minor!.padStart(2, '0')}.${patch}` : `v${version}`;
}
