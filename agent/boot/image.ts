import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ThanosImage } from '../../lib/contract/documents/node-config';
import { writeAtomically } from '../base/files';
import type { Log } from '../base/log';
import { architecture, downloadArtifact } from './artifacts';
import { documentFormat } from '../../lib/contract/document';
import { listOf, fields, optional, text } from '../../lib/contract/shape';
import { sources, hex } from './registry';

/** Image index or manifest, of Docker or OCI: https://github.com/opencontainers/image-spec. */
const MANIFEST = documentFormat({
  what: 'manifest of an image',
  shape: fields({
    manifests: optional(listOf(fields({ digest: text, platform: optional(fields({ os: text, architecture: text })) }))),
    layers: optional(listOf(fields({ digest: text }))),
  }),
  maxBytes: 4 * 2 ** 20,
  fix: 'check thanos.image in config/cluster.ts',
});
type Manifest = ReturnType<typeof MANIFEST.parse>;

/**
 * Takes one program out of a container image, so that the node runs the very bits that ECS runs. From the digest on
 * every byte is verified, so it does not matter who served it: the mirror first, then the registry.
 */
export async function installFromImage(
  image: ThanosImage,
  program: string,
  bin: string,
  mirror: string | null,
  log: Log,
): Promise<void> {
  const name = basename(program);
  const marker = join(bin, `.${name}-${hex(image.digest)}`);
  if (existsSync(marker)) return;
  mkdirSync(bin, { recursive: true });
  const work = mkdtempSync(join(dirname(bin), 'install-'));
  const blob = (kind: 'manifests' | 'blobs', digest: string): Promise<string> =>
    downloadArtifact(sources(image.repository, kind, digest, mirror), hex(digest), work, log);
  const manifest = async (digest: string): Promise<Manifest> =>
    MANIFEST.parse(readFileSync(await blob('manifests', digest), 'utf8'), `${image.repository}@${digest}`);
  try {
    const arch = architecture();
    let found = await manifest(image.digest);
    if (found.manifests !== undefined) {
      const own = found.manifests.find((m) => m.platform?.os === 'linux' && m.platform.architecture === arch);
      if (own === undefined) throw new Error(`${image.repository}@${image.digest} has no image for linux/${arch}`);
      found = await manifest(own.digest);
    }
    // What a later layer has hides what an earlier one had.
    for (const { digest } of [...(found.layers ?? [])].reverse()) {
      if (!(await extract(await blob('blobs', digest), program, work))) continue;
      chmodSync(join(work, program), 0o755);
      renameSync(join(work, program), join(bin, name));
      writeAtomically(marker, `${image.version}\n`);
      log('info', 'artifact-installed', { program: name, version: image.version });
      return;
    }
    throw new Error(`no layer of ${image.repository}@${image.digest} has ${program}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Whether the layer had it. */
async function extract(layer: string, program: string, directory: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)('tar', ['-tzf', layer], { maxBuffer: 16 * 2 ** 20 });
  if (!stdout.split('\n').includes(program)) return false;
  await promisify(execFile)('tar', ['-xzf', layer, '-C', directory, '--no-same-owner', program]);
  return true;
}
