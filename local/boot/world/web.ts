import { createReadStream, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { basename, join } from 'node:path';
import { run } from '../../tools';
import type { PackedRelease } from './releases';

/** Where releases are. */
export const WEB_HOST = 'github.com';
const HTTPS = 443;

export interface Web {
  /** What signed its certificate: machines have to know it. */
  readonly certificate: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** The part of the internet that a node needs: GitHub's releases, by HTTPS. `image` has an openssl. */
export async function serveWeb(
  address: string,
  dir: string,
  image: string,
  releases: readonly PackedRelease[],
): Promise<Web> {
  const { key, certificate } = await makeCertificate(dir, image);
  const asked: string[] = [];
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const found = releases.find(({ name }) => name === basename(path));
    if (found === undefined) response.writeHead(404).end();
    else createReadStream(found.file).pipe(response.writeHead(200));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(HTTPS, address, resolve));
  return {
    certificate,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function makeCertificate(dir: string, image: string): Promise<{ key: string; certificate: string }> {
  mkdirSync(dir, { recursive: true });
  const openssl =
    'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 7 ' +
    `-subj /CN=${WEB_HOST} -addext subjectAltName=DNS:${WEB_HOST} -keyout /mnt/web.key -out /mnt/web.pem`;
  // This machine need not have one; the mount is gone with the shell.
  const script = `mount --bind "$1" "$2/mnt" && exec chroot "$2" sh -c "${openssl} 2>/mnt/openssl.log"`;
  await run('unshare', ['--mount', 'sh', '-c', script, 'certificate', dir, image], { timeoutMs: 20_000 });
  return { key: join(dir, 'web.key'), certificate: join(dir, 'web.pem') };
}
