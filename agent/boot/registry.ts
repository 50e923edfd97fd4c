import { Readable } from 'node:stream';
import { messageOf } from '../base/log';
import { openMirrored, type ArtifactSource } from './artifacts';
import { documentFormat } from '../../lib/contract/document';
import { fields, optional, text } from '../../lib/contract/shape';

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

export function sources(
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

export function hex(digest: string): string {
  const found = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (found === undefined) throw new Error(`not a digest: ${digest}; expected sha256: and 64 hexadecimal digits`);
  return found;
}
