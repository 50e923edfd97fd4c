import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERSIONS } from '../../../../lib/contract/versions';
import { moduleVersion, pin } from '../../../../local/tools/pin/pin';

/** A server in GitHub's place. */
const SOURCE = join(__dirname, '../../../../lib/contract/versions/versions.json');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const LINE = (name: string): string => `${sha256(`content of ${name}`)}  ${name}`;
const NAMES = ['amd64', 'arm64', 'riscv64'].map((arch) => `prometheus-3.16.0.linux-${arch}.tar.gz`);
const FOLDER = '/prometheus/prometheus/releases/download/v3.16.0';

let served: Record<string, string>;
let server: Server;
let host: string;
let dir: string;
let file: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const body = served[request.url!];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'promha-pin-'));
  file = join(dir, 'versions.json');
  copyFileSync(SOURCE, file);
  served = {
    [`${FOLDER}/sha256sums.txt`]: `${NAMES.map(LINE).join('\n')}\n`,
    ...Object.fromEntries(NAMES.map((name) => [`${FOLDER}/${name}`, `content of ${name}`])),
  };
});
afterEach(() => rmSync(dir, { recursive: true }));

const pinned = (program: string, version: string, at = host): Promise<void> =>
  pin(program, version, {
    file,
    host: at,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    moduleSum: async () => 'h1:sum',
  });
const refused = async (got: Promise<void>): Promise<string> => {
  const message = await got.then(
    () => 'it was pinned',
    (error: Error) => error.message,
  );
  expect(readFileSync(file, 'utf8')).toBe(readFileSync(SOURCE, 'utf8'));
  return message;
};

test("a release is pinned by its project's list, for both architectures, and nothing else changes", async () => {
  await pinned('prometheus', '3.16.0');
  const sums = { amd64: sha256(`content of ${NAMES[0]}`), arm64: sha256(`content of ${NAMES[1]}`) };
  const module = { path: 'github.com/prometheus/prometheus', version: 'v0.316.0', sum: 'h1:sum' };
  const after = JSON.parse(readFileSync(file, 'utf8')) as object;
  expect(after).toEqual({ ...VERSIONS, prometheus: { version: '3.16.0', sha256: sums, module } });
  expect(Object.keys(after)).toEqual(Object.keys(VERSIONS));
  const once = readFileSync(file, 'utf8');
  await pinned('prometheus', '3.16.0');
  expect(readFileSync(file, 'utf8')).toBe(once);
});

test('a tarball that is not what the list says is refused, whichever it is', async () => {
  for (const name of NAMES.slice(0, 2)) {
    const before = served[`${FOLDER}/${name}`]!;
    served[`${FOLDER}/${name}`] = 'something else';
    const message = await refused(pinned('prometheus', '3.16.0'));
    expect(message).toMatch(/is not what the project lists; nothing was changed[^]*got: {6}SHA-256[^]*fix:/);
    expect(message).toContain(sha256('something else'));
    served[`${FOLDER}/${name}`] = before;
  }
});

test('a list without one of the tarballs is refused', async () => {
  served[`${FOLDER}/sha256sums.txt`] = LINE(NAMES[0]!);
  expect(await refused(pinned('prometheus', '3.16.0'))).toMatch(/lacks a tarball[^]*none with a SHA-256 of .*arm64/);
  served[`${FOLDER}/sha256sums.txt`] = NAMES.map((name) => `abc  ${name}`).join('\n');
  expect(await refused(pinned('prometheus', '3.16.0'))).toContain('lacks a tarball');
});

test('without the release host, or such a release, it says so within seconds', async () => {
  const began = Date.now();
  const message = await refused(pinned('prometheus', '3.16.0', 'http://127.0.0.1:1'));
  expect(message).toMatch(/cannot be read; nothing was changed\n {2}got: .*ECONNREFUSED[^]*expected: http[^]*fix:/);
  expect(Date.now() - began).toBeLessThan(10_000);
  expect(await refused(pinned('prometheus', '3.99.0'))).toMatch(/cannot be read[^]*HTTP 404/);
});

test('what is no program or no released version is refused before anything is asked', async () => {
  served = {};
  expect(await refused(pinned('promtheus', '3.16.0'))).toMatch(/which release[^]*prometheus, alertmanager/);
  expect(await refused(pinned('prometheus', 'v3.16.0'))).toContain('which release');
  expect(await refused(pinned('prometheus', '3.16.0-rc.0'))).toContain('which release');
  expect(await refused(pinned('', ''))).toContain('got:      nothing');
});

test("Prometheus' modules are numbered otherwise", () => {
  expect([moduleVersion('prometheus', '3.15.0'), moduleVersion('prometheus', '3.5.12')]).toEqual([
    'v0.315.0',
    'v0.305.12',
  ]);
  expect(moduleVersion('alertmanager', '0.34.1')).toBe('v0.34.1');
  for (const name of ['prometheus', 'alertmanager', 'redis_exporter'] as const) {
    expect(VERSIONS[name].module.version).toBe(moduleVersion(name, VERSIONS[name].version));
  }
});
