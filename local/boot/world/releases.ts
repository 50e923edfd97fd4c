import { createHash } from 'node:crypto';
import { createReadStream, linkSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { copyFile } from 'node:fs/promises';
import { releaseUrl, VERSIONS } from '../../../lib/contract/versions';
import { run, type ResolvedTool } from '../../tools';

type Program = 'prometheus' | 'promtool' | 'alertmanager' | 'amtool';
const RELEASES = { prometheus: ['prometheus', 'promtool'], alertmanager: ['alertmanager', 'amtool'] } as const;
export type Release = keyof typeof RELEASES;

/** A tarball as the project releases it. */
export interface PackedRelease {
  readonly file: string;
  /** As in its address, and in a mirror. */
  readonly name: string;
  readonly sha256: string;
}

const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'amd64';

/**
 * Packs the programs of this machine as releases are packed. What was built from a module is other bytes than the release:
 * the sums that nodes are deployed with are those of what is packed here.
 */
export async function packReleases(
  tools: Readonly<Record<Program, ResolvedTool>>,
  dir: string,
): Promise<Readonly<Record<Release, PackedRelease>>> {
  const pack = async (release: Release): Promise<PackedRelease> => {
    const name = basename(releaseUrl(release, VERSIONS[release].version, ARCHITECTURE));
    const folder = name.slice(0, -'.tar.gz'.length);
    mkdirSync(join(dir, folder), { recursive: true });
    for (const program of RELEASES[release]) await putInto(tools[program].path, join(dir, folder, program));
    const file = join(dir, name);
    await run('tar', ['-I', 'gzip -1', '-C', dir, '-cf', file, folder], { timeoutMs: 120_000 });
    rmSync(join(dir, folder), { recursive: true });
    return { file, name, sha256: await sumOf(file) };
  };
  const [prometheus, alertmanager] = await Promise.all([pack('prometheus'), pack('alertmanager')]);
  return { prometheus, alertmanager };
}

/** A link where it can be one: they are large. */
export async function putInto(from: string, to: string): Promise<void> {
  try {
    linkSync(from, to);
  } catch {
    await copyFile(from, to);
  }
}

async function sumOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Settings of config/cluster.ts by which nodes take these. */
export function releaseSettings(
  releases: Readonly<Record<Release, PackedRelease>>,
): Readonly<Record<Release, { readonly version: string; readonly sha256: object }>> {
  const of = (release: Release) => ({
    version: VERSIONS[release].version,
    sha256: { amd64: releases[release].sha256, arm64: releases[release].sha256 },
  });
  return { prometheus: of('prometheus'), alertmanager: of('alertmanager') };
}
