import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer as createHttp, type Server } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { NODE_TARGET } from '../../../lib/contract/versions';
import { startEmulator as startExtended, type Emulator } from '../../../local/emulator/deploy';
import { resolveTools } from '../../../local/tools';

/**
 * Asks again until it holds; what it last saw goes into the complaint. The longer it waits, the less often it asks: what is
 * asked is on the same processors as what is waited for.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  withinMs = 30_000,
): Promise<T> {
  let seen: unknown;
  const began = Date.now();
  while (Date.now() < began + withinMs) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false) return answer;
      seen = answer;
    } catch (error) {
      seen = error;
    }
    const askAgainMs = Math.min(250, Math.max(50, (Date.now() - began) / 20));
    await new Promise((resolve) => setTimeout(resolve, askAgainMs));
  }
  throw new Error(
    `${what}: not within ${withinMs} ms (last: ${seen instanceof Error ? seen.message : JSON.stringify(seen)})`,
  );
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The AWS API emulator; serves S3 here. */
export async function startEmulator(command: string): Promise<{ url: string; process: ChildProcess }> {
  const port = await freePort();
  // Of Amazon's images and their thousands of snapshots nobody here asks.
  const env = { ...process.env, MOTO_EC2_LOAD_DEFAULT_AMIS: 'false' };
  const emulator = spawn(command, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore', env });
  const url = `http://localhost:${port}`;
  await eventually('the emulator', async () => (await fetch(`${url}/moto-api/`)).ok);
  return { url, process: emulator };
}

/** The emulator with the project's own extensions, on a port of its own; its log goes into the directory. */
export async function startExtendedEmulator(dir: string): Promise<Emulator> {
  const { moto_server } = await resolveTools(['moto_server']);
  const { python, env } = moto_server;
  return startExtended({ python, env, listen: ['127.0.0.1:0'], log: join(dir, 'emulator.log') });
}

/** Instance metadata for one node, IMDSv2 only. */
export async function serveMetadata(
  values: Readonly<Record<string, string>>,
): Promise<{ url: string; server: Server }> {
  const server = createHttp((request, response) => {
    const name = (request.url ?? '').replace('/latest/meta-data/', '');
    if (request.method === 'PUT' && request.url === '/latest/api/token') return void response.end('token');
    if (request.headers['x-aws-ec2-metadata-token'] !== 'token') return void response.writeHead(401).end();
    if (values[name] === undefined) return void response.writeHead(404).end();
    response.end(values[name]);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

export interface Notification {
  readonly status: string;
  readonly alerts: readonly { readonly status: string; readonly labels: Readonly<Record<string, string>> }[];
}

/** Takes what Alertmanagers notify. */
export async function servePager(): Promise<{ url: string; got: Notification[]; server: Server }> {
  const got: Notification[] = [];
  const server = createHttp((request, response) => {
    // It is a target too: a page without metrics is a scrape that works.
    if (request.method === 'GET') return void response.writeHead(200, { 'Content-Type': 'text/plain' }).end();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      got.push(JSON.parse(Buffer.concat(chunks).toString()) as Notification);
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notifications`, got, server };
}

/** The bundle that nodes run, built as the deployment builds it. */
export function buildAgent(): string {
  const outfile = join(mkdtempSync(join(tmpdir(), 'promha-agent-')), 'agent.js');
  buildSync({
    entryPoints: ['agent/main.ts'],
    bundle: true,
    platform: 'node',
    target: NODE_TARGET,
    format: 'cjs',
    minify: true,
    outfile,
  });
  return outfile;
}
