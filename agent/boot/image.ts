import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { ThanosImage } from '../../lib/contract/documents/node-config';
import { writeAtomically } from '../base/files';
import { messageOf, type Log } from '../base/log';
import { architecture, downloadArtifact, openMirrored, type ArtifactSource } from './artifacts';
import { documentFormat } from '../../lib/contract/document';
import { listOf, fields, optional, text } from '../../lib/contract/shape';

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

const TOKEN = documentFormat({
  what: "registry's token",
  shape: fields({ token: optional(text), access_token: optional(text) }),
  maxBytes: 2 ** 20,
  fix: 'check thanos.image in config/cluster.ts',
});

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

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

function sources(
  repository: string,
  kind: 'manifests' | 'blobs',
  digest: string,
  mirror: string | null,
): ArtifactSource[] {
  const [host, ...path] = repository.split('/') as [string, ...string[]];
  // As container runtimes do: plain HTTP for this machine only.
  const scheme = /^(localhost|127\.\d+\.\d+\.\d+)(:|$)/.test(host) ? 'http' : 'https';
  const url = `${scheme}://${host}/v2/${path.join('/')}/${kind}/${digest}`;
  const registry: ArtifactSource = { name: url, open: () => open(url) };
  if (mirror === null) return [registry];
  const key = `oci/sha256/${hex(digest)}`;
  const bucket: ArtifactSource = {
    name: `s3://${mirror}/${key}`,
    open: () => openMirrored(mirror, key),
  };
  return [bucket, registry];
}

/** Registries want a token even for what is public, and say where it is to be had. */
async function open(url: string): Promise<Readable> {
  const ask = (token?: string): Promise<Response> =>
    fetch(url, {
      headers: { accept: ACCEPT, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      signal: AbortSignal.timeout(300_000),
    });
  let response = await ask();
  if (response.status === 401) response = await ask(await token(response.headers.get('www-authenticate') ?? ''));
  if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
  return Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
}

/** The anonymous token that a challenge such as `Bearer realm="…",service="…",scope="…"` offers. */
async function token(challenge: string): Promise<string> {
  const part = (name: string): string | undefined => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
  const realm = part('realm');
  if (!/^Bearer /i.test(challenge) || realm === undefined) {
    throw new Error('the registry wants a login; for a private one, name a bucket with the blobs as artifactMirror');
  }
  const url = new URL(realm);
  for (const name of ['service', 'scope'] as const) {
    const value = part(name);
    if (value !== undefined) url.searchParams.set(name, value);
  }
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    const body = TOKEN.parse(await answer.text(), url.host);
    const found = body.token ?? body.access_token;
    if (found === undefined) throw new Error('the answer has no token');
    return found;
  } catch (error) {
    throw new Error(`no token from ${url.host}: ${messageOf(error)}`, { cause: error });
  }
}

function hex(digest: string): string {
  const found = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (found === undefined) throw new Error(`not a digest: ${digest}; expected sha256: and 64 hexadecimal digits`);
  return found;
}
