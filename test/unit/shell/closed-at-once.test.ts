import { spawn } from 'node:child_process';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';

/**
 * A load balancer without a target accepts a connection and closes it at once. fetch, while Node still loads what it is
 * made of, loses a request whose connection ends before it is sent: its promise never settles, and a process with
 * nothing else to do ends, with exit code 0. A function of the control plane would have done nothing and said nothing.
 */
const ROOT = join(__dirname, '../../..');

let server: Server;
let port: number;
beforeAll(async () => {
  server = createServer((socket) =>
    socket
      .on('error', () => undefined)
      .resume()
      .end(),
  ).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** What a process that has done nothing else before prints. */
async function first(module: string, call: string): Promise<{ code: number | null; out: string }> {
  const script = `
    const it = require(${JSON.stringify(join(ROOT, module))});
    (${call}).then((seen) => console.log(JSON.stringify(seen)), (error) => console.log(error.message));`;
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', '--eval', script], { cwd: ROOT });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out: out.trim() };
}

test('a query task that closes connections at once does not answer', async () => {
  const task = `{ address: '127.0.0.1', port: ${port} }`;
  const { code, out } = await first('lib/shell/probes/thanos-prober.ts', `it.probeTask(${task}, 2000)`);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ error: expect.stringMatching(/closed|ECONNRESET/), blind: false });
});

test('a target that closes connections at once was seen to', async () => {
  const endpoint = `{ kind: 'http', url: 'http://127.0.0.1:${port}/' }`;
  const { code, out } = await first('lambdas/reconnect-redis/connect/index.ts', `it.attemptOnce(${endpoint}, null)`);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ saw: 'closed' });
});
