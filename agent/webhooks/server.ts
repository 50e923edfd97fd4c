import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import { NOTIFICATION, type Notification } from '../../lib/contract/documents/alerts';
import { messageOf, type Log } from '../base/log';
import { serveBounded } from '../../lib/shell/async/bounded-server';

/** Takes a notification, or throws; Alertmanager then tries again. */
export type Webhook = (notification: Notification) => Promise<void> | void;

/** What this node's Alertmanager sends its agent. `hooks` by path; asked anew each time, as configurations change. */
export async function serveWebhooks(
  hooks: (path: string) => Webhook | undefined,
  token: string,
  address: string,
  port: number,
  log: Log,
): Promise<Server> {
  const server = await serveBounded(address, port, (request, response) => {
    void answer(hooks, token, request, log).then(([status, text]) => {
      // Who is refused before he was read need not go on.
      response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' }).end(`${text}\n`);
    });
  });
  return server;
}

async function answer(
  hooks: (path: string) => Webhook | undefined,
  token: string,
  request: IncomingMessage,
  log: Log,
): Promise<[status: number, text: string]> {
  const path = (request.url ?? '').split('?')[0]!;
  if (!isToken(request.headers.authorization, token)) {
    log('warn', 'webhook-refused', { path, because: 'it does not carry the token of this node' });
    return [401, 'The token of this node is asked for.'];
  }
  const hook = hooks(path);
  if (request.method !== 'POST' || hook === undefined) return [404, `There is no webhook ${path}.`];
  let notification: Notification;
  try {
    notification = NOTIFICATION.parse(await bodyOf(request), path);
  } catch (error) {
    return [400, messageOf(error)];
  }
  try {
    await hook(notification);
    return [200, 'OK'];
  } catch (error) {
    log('warn', 'webhook-failed', { path, error: messageOf(error) });
    return [503, messageOf(error)];
  }
}

/** In a time that says nothing of how much of it was right. */
function isToken(header: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > NOTIFICATION.maxBytes) throw new Error(`the body is larger than ${NOTIFICATION.maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
