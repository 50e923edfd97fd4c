import * as z from 'zod/mini';
import { createServer } from 'node:http';
import { rmSync } from 'node:fs';
import { ownDocument } from '../../../lib/shell/local/own-document';
import { mapOf, text as anyText } from '../../../lib/contract/shape';

const REQUEST = ownDocument('request', mapOf(anyText, z.unknown()));

/** One thing that can be done to the running system; `body` is the request's JSON. Returns what is answered. */
export type Action = (body: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** Serves the actions by name, as POST /<name>, on a Unix socket that only this user can open. */
export async function serveControl(
  socket: string,
  actions: Readonly<Record<string, Action>>,
): Promise<{ close(): Promise<void> }> {
  rmSync(socket, { force: true });
  const server = createServer((req, res) => {
    const answer = (status: number, body: unknown): void => {
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? null));
    };
    const name = (req.url ?? '').slice(1);
    const action = actions[name];
    if (action === undefined) {
      answer(404, { error: `unknown action ${JSON.stringify(name)}; known: ${Object.keys(actions).join(', ')}` });
      return;
    }
    let text = '';
    req
      .setEncoding('utf8')
      .on('data', (chunk: string) => (text += chunk))
      .on('end', () => {
        Promise.resolve()
          .then(() => action(text === '' ? {} : REQUEST.parse(text, name)))
          .then(
            (value) => answer(200, value),
            (error: Error) => answer(500, { error: error.message }),
          );
      });
  });
  // The mask, not a later chmod: there is no moment at which somebody else could connect.
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socket, resolve));
  } finally {
    process.umask(mask);
  }
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
