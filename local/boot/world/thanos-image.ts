import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { VERSIONS } from '../../../lib/contract/versions';
import { run, type ResolvedTool } from '../../tools';
import { putInto } from './releases';

const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
/** Nobody is asked there: the bytes are in the mirror. */
const REPOSITORY = 'registry.example.com/thanos/thanos';

/** A container image as nodes take it: what a registry would have of it, each part by its digest. */
export interface PackedImage {
  readonly image: { readonly repository: string; readonly version: string; readonly digest: string };
  /** By their keys in a mirror. */
  readonly blobs: Readonly<Record<string, Uint8Array>>;
}

/** Packs this machine's Thanos as the one layer of an image for this machine. */
export async function packThanos(thanos: ResolvedTool, dir: string): Promise<PackedImage> {
  const root = join(dir, 'thanos-image');
  mkdirSync(join(root, 'bin'), { recursive: true });
  await putInto(thanos.path, join(root, 'bin/thanos'));
  const file = join(dir, 'thanos-layer.tar.gz');
  await run('tar', ['-I', 'gzip -1', '-C', root, '-cf', file, 'bin/thanos'], { timeoutMs: 120_000 });
  rmSync(root, { recursive: true });
  const layer = readFileSync(file);
  const layers = [{ mediaType: LAYER, digest: digestOf(layer), size: layer.length }];
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, layers }));
  return {
    image: { repository: REPOSITORY, version: VERSIONS.thanos.version, digest: digestOf(manifest) },
    blobs: Object.fromEntries([layer, manifest].map((blob) => [`oci/${digestOf(blob).replace(':', '/')}`, blob])),
  };
}

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
