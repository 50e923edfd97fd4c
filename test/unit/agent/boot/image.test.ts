import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { architecture } from '../../../../agent/boot/artifacts';
import { installFromImage } from '../../../../agent/boot/image';

/** A registry with one image, that wants an anonymous token as public ones do. */
class Registry {
  readonly blobs = new Map<string, Buffer>();
  readonly asked: string[] = [];
  private server!: Server;

  put(content: Buffer | object): string {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    this.blobs.set(digest, bytes);
    return digest;
  }

  async start(): Promise<string> {
    this.server = createServer((request, response) => {
      const host = request.headers.host!;
      this.asked.push(request.url!);
      if (request.url!.startsWith('/token?')) {
        const { searchParams } = new URL(request.url!, `http://${host}`);
        response.end(JSON.stringify({ token: `for ${searchParams.get('scope')}` }));
        return;
      }
      if (request.headers.authorization !== 'Bearer for repository:x/thanos:pull') {
        const challenge = `Bearer realm="http://${host}/token",service="here",scope="repository:x/thanos:pull"`;
        response.writeHead(401, { 'www-authenticate': challenge }).end();
        return;
      }
      const blob = this.blobs.get(request.url!.split('/').at(-1)!);
      if (blob === undefined) response.writeHead(404).end();
      else response.end(blob);
    }).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}/x/thanos`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

let registry: Registry;
let repository: string;
let dir: string;
const log = (): void => {};

beforeEach(async () => {
  registry = new Registry();
  repository = await registry.start();
  dir = mkdtempSync(join(tmpdir(), 'promha-image-'));
});
afterEach(() => {
  registry.stop();
  rmSync(dir, { recursive: true });
});

function layer(name: string, files: Record<string, string>): string {
  const from = join(dir, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(from, path, '..'), { recursive: true });
    writeFileSync(join(from, path), text);
  }
  return registry.put(execFileSync('tar', ['-czf', '-', '-C', from, ...Object.keys(files)]));
}
function image(layers: string[], arch = architecture()): string {
  const own = registry.put({ layers: layers.map((digest) => ({ digest })) });
  const other = registry.put({ layers: [] });
  return registry.put({
    manifests: [
      { digest: other, platform: { os: 'linux', architecture: arch === 'amd64' ? 'arm64' : 'amd64' } },
      { digest: own, platform: { os: 'linux', architecture: arch } },
    ],
  });
}
const install = (digest: string): Promise<void> =>
  installFromImage({ repository, version: '0.42.4', digest }, 'bin/thanos', join(dir, 'bin'), null, log);
const installed = (): string => readFileSync(join(dir, 'bin', 'thanos'), 'utf8');

test('takes the program out of the last layer that has it, for this architecture, and can run it', async () => {
  await install(
    image([layer('a', { 'bin/thanos': 'old' }), layer('b', { 'bin/thanos': 'new' }), layer('c', { etc: '' })]),
  );
  expect(installed()).toBe('new');
  expect(statSync(join(dir, 'bin', 'thanos')).mode & 0o111).toBe(0o111);
});

test('asks for nothing when exactly this image is installed, and for the new one when the digest changes', async () => {
  const [first, second] = [image([layer('a', { 'bin/thanos': '1' })]), image([layer('b', { 'bin/thanos': '2' })])];
  await install(first);
  registry.asked.length = 0;
  await install(first);
  expect(registry.asked).toEqual([]);
  await install(second);
  expect(installed()).toBe('2');
});

test('a layer with other bytes than its digest says is refused, and nothing is installed', async () => {
  const digest = layer('a', { 'bin/thanos': 'good' });
  const whole = image([digest]);
  registry.blobs.set(digest, execFileSync('tar', ['-czf', '-', '-C', tmpdir(), '--files-from', '/dev/null']));
  await expect(install(whole)).rejects.toThrow(/SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}/);
  expect(existsSync(join(dir, 'bin', 'thanos'))).toBe(false);
});

test('says what is missing: the architecture, the program, the image', async () => {
  const other = architecture() === 'amd64' ? 'arm64' : 'amd64';
  await expect(
    install(registry.put({ manifests: [{ digest: 'x', platform: { os: 'linux', architecture: other } }] })),
  ).rejects.toThrow(new RegExp(`no image for linux/${architecture()}`));
  await expect(install(image([layer('a', { etc: '' })]))).rejects.toThrow(/no layer of .* has bin\/thanos/);
  await expect(install(`sha256:${'0'.repeat(64)}`)).rejects.toThrow(/HTTP 404/);
});
