import * as z from 'zod/mini';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { parseListen } from '../../exporters/duckdb';
import { renderPages, type Kept as Notification } from './pager-page';
import { ownDocument } from '../../lib/shell/local/own-document';
import { fields, text as anyText } from '../../lib/contract/shape';

const KEPT = ownDocument('notification', fields({ receivedAt: anyText, source: anyText, payload: z.unknown() }));

/**
 * Stands for the pager service: takes Alertmanager's webhook at POST /notifications or
 * /notifications/<source>, keeps each as one JSON line {receivedAt, source, payload}, and gives all of
 * them back at GET /notifications (?source=… and ?since=<ISO time> narrow it): as a page to a browser, else as JSON.
 * Prints nothing.
 *
 * Environment: PAGER_LISTEN (default 127.0.0.1:9300), PAGER_FILE (default notifications.jsonl).
 */
const file = process.env.PAGER_FILE ?? 'notifications.jsonl';

const server = createServer((request, response) => {
  // First of all: drills compare these times to the millisecond.
  const receivedAt = new Date().toISOString();
  const url = new URL(request.url ?? '/', 'http://pager');
  const source = /^\/notifications(?:\/([\w.-]+))?$/.exec(url.pathname);
  const answer = (status: number, document: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(document)}\n`);
  };
  if (source === null) return answer(404, { error: 'POST or GET /notifications' });
  if (request.method === 'GET') {
    const wanted = url.searchParams.get('source') ?? source[1];
    const since = url.searchParams.get('since') ?? '';
    const found = read().filter((n) => (wanted === undefined || n.source === wanted) && n.receivedAt >= since);
    if (!/\btext\/html\b/.test(request.headers.accept ?? '')) return answer(200, found);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(renderPages(found));
    return;
  }
  if (request.method !== 'POST') return answer(405, { error: 'POST or GET' });
  text(request).then(
    (body) => {
      let payload: unknown;
      try {
        payload = JSON.parse(body);
      } catch (error) {
        return answer(400, { error: (error as Error).message });
      }
      append({ receivedAt, source: source[1] ?? 'default', payload });
      answer(200, { accepted: true });
    },
    (error: Error) => answer(400, { error: error.message }),
  );
});

/** Written before it is answered: an accepted notification is never lost. */
function append(notification: Notification): void {
  appendFileSync(file, `${JSON.stringify(notification)}\n`);
}

function read(): Notification[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => KEPT.parse(line, file));
}

async function text(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

const { host, port } = parseListen(process.env.PAGER_LISTEN ?? '127.0.0.1:9300');
server.on('error', (error) => {
  console.error(`pager: ${error.message}`);
  process.exit(1);
});
server.listen(port, host);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
