import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { PostedAlert } from '../../lib/core/alerts/gate';
import type { AlertGate } from './alert-gate';

const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** What of Alertmanager's v2 API Prometheus needs, and nothing else. */
export async function serveGate(gate: AlertGate, address: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(gate, request).then(({ status, text }) => {
      response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
    });
  });
  server.listen(port, address);
  await once(server, 'listening');
  gate.listeningSince = Date.now();
  return server;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function answer(gate: AlertGate, request: IncomingMessage): Promise<Answer> {
  const path = (request.url ?? '').split('?')[0];
  if (request.method === 'GET' && (path === '/-/ready' || path === '/-/healthy')) return { status: 200, text: 'OK\n' };
  if (request.method !== 'POST' || path !== '/api/v2/alerts') {
    return { status: 404, text: 'This is the alert gate: it takes POST /api/v2/alerts.\n' };
  }
  try {
    const alerts = parseAlerts(await bodyOf(request));
    gate.accept(alerts);
    return { status: 200, text: '' };
  } catch (error) {
    return { status: error instanceof TooLarge ? 413 : 400, text: `${(error as Error).message}\n` };
  }
}

class TooLarge extends Error {}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new TooLarge(`the body is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** All or nothing: a list with one unusable alert is refused, so that nothing is lost silently. */
export function parseAlerts(text: string): PostedAlert[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new Error(`the body is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!Array.isArray(list)) throw new Error(`expected a list of alerts, got ${list === null ? 'null' : typeof list}`);
  return list.map((alert: unknown, i) => {
    const labels = (alert as { labels?: unknown } | null)?.labels;
    const usable =
      typeof labels === 'object' &&
      labels !== null &&
      Object.values(labels).every((value) => typeof value === 'string');
    if (!usable) throw new Error(`alert ${i}: expected labels, an object of strings, got ${JSON.stringify(labels)}`);
    return alert as PostedAlert;
  });
}
