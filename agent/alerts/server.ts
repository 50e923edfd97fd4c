import type { IncomingMessage, Server } from 'node:http';
import { POSTED_ALERTS } from '../../lib/contract/documents/alerts';
import type { AlertGate } from './alert-gate';
import { serveBounded } from '../../lib/shell/async/bounded-server';

/** What of Alertmanager's v2 API Prometheus needs, and nothing else. */
export async function serveGate(gate: AlertGate, address: string, port: number): Promise<Server> {
  const server = await serveBounded(address, port, (request, response) => {
    void answer(gate, request).then(({ status, text }) => {
      response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
    });
  });
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
    const alerts = POSTED_ALERTS.parse(await bodyOf(request), 'POST /api/v2/alerts');
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
    if (size > POSTED_ALERTS.maxBytes) throw new TooLarge(`the body is larger than ${POSTED_ALERTS.maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
