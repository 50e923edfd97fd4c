import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { UserError } from '../../lib/contract/errors';
import type { Artifact } from '../../lib/contract/documents/node-config';
import { writeAtomically } from '../base/files';
import { messageOf, type Log } from '../base/log';

/** Somewhere a release tarball can be had from. */
export interface ArtifactSource {
  readonly name: string;
  open(): Promise<Readable>;
}

/** For all of a file: a source that stalls must not keep a node from the next one. */
const DOWNLOAD_MS = 300_000;

/** A file of the mirror. The time-outs of the S3 client would not cover a body that stalls. */
export async function openMirrored(Bucket: string, Key: string, timeoutMs = DOWNLOAD_MS): Promise<Readable> {
  const abortSignal = AbortSignal.timeout(timeoutMs);
  const { Body } = await new S3Client({}).send(new GetObjectCommand({ Bucket, Key }), { abortSignal });
  return Body as Readable;
}

/** The mirror first: a node has to boot while the internet is down, where its user has made a mirror. */
export function sourcesOf(url: string, mirror: string | null): ArtifactSource[] {
  const file = basename(new URL(url).pathname);
  const web: ArtifactSource = {
    name: url,
    open: async () => {
      const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_MS) });
      if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
      return Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    },
  };
  if (mirror === null) return [web];
  const bucket: ArtifactSource = {
    name: `s3://${mirror}/${file}`,
    open: () => openMirrored(mirror, file),
  };
  return [bucket, web];
}

export function architecture(arch: string = process.arch): 'amd64' | 'arm64' {
  if (arch === 'x64') return 'amd64';
  if (arch === 'arm64') return 'arm64';
  throw new UserError({
    what: 'this machine cannot run the releases',
    got: arch,
    expected: 'x64 or arm64',
    fix: 'choose another instance type',
  });
}

/** Installs the programs of one release into `bin`, unless exactly this one is there already. */
export async function installArtifact(
  artifact: Artifact,
  programs: readonly string[],
  bin: string,
  mirror: string | null,
  log: Log,
): Promise<void> {
  const arch = architecture();
  const url = artifact.urls[arch];
  const sha256 = artifact.sha256[arch];
  if (url === undefined || sha256 === undefined)
    throw new Error(`no release of ${programs[0]} ${artifact.version} for ${arch}`);
  const marker = join(bin, `.${programs[0]}-${sha256}`);
  if (existsSync(marker)) return;
  mkdirSync(bin, { recursive: true });
  // On the same file system, so that the last step is a rename.
  const work = mkdtempSync(join(dirname(bin), 'install-'));
  try {
    const tarball = await downloadArtifact(sourcesOf(url, mirror), sha256, work, log);
    await promisify(execFile)('tar', ['-xzf', tarball, '-C', work, '--strip-components=1', '--no-same-owner']);
    for (const program of programs) {
      chmodSync(join(work, program), 0o755);
      renameSync(join(work, program), join(bin, program));
    }
    writeAtomically(marker, `${artifact.version}\n`);
    log('info', 'artifact-installed', { program: programs[0], version: artifact.version });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Takes the first source whose bytes have the right sum. @throws naming every source and why it failed */
export async function downloadArtifact(
  sources: readonly ArtifactSource[],
  sha256: string,
  directory: string,
  log: Log,
): Promise<string> {
  const failures: string[] = [];
  for (const source of sources) {
    const file = join(directory, 'release.tar.gz');
    try {
      await pipeline(await source.open(), createWriteStream(file));
      const found = await sha256Of(file);
      if (found === sha256) return file;
      throw new Error(`has SHA-256 ${found}, expected ${sha256}`);
    } catch (error) {
      failures.push(`${source.name}: ${messageOf(error)}`);
      log('warn', 'artifact-source-failed', { source: source.name, error: messageOf(error) });
    }
  }
  throw new Error(`no source has the release: ${failures.join('; ')}`);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
