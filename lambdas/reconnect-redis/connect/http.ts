import { request as overTcp } from 'node:http';
import { request as overTls } from 'node:https';
import type { Endpoint } from '../../../lib/contract/documents/remedy';
import type { Sight } from './sight';

/**
 * Whether a request is answered with the status that is expected. Redirections are not followed: they lead elsewhere.
 * Not with fetch: it loses a request whose connection is closed before it is sent, and knows ports it will not ask.
 */
export function connectHttp(
  { url, status = 200 }: Extract<Endpoint, { kind: 'http' }>,
  signal: AbortSignal,
): Promise<Sight> {
  const request = url.startsWith('https:') ? overTls : overTcp;
  return new Promise((resolve, reject) => {
    const asking = request(url, { agent: false, signal }, (response) => {
      resolve(seen(response.statusCode!, status));
      response.on('error', () => undefined).destroy(); // its body is of no interest
    });
    asking.once('error', reject).end();
  });
}

function seen(got: number, expected: number): Sight {
  const detail = `HTTP ${got}`;
  if (got === expected) return { saw: 'answers', detail };
  const credentials = got === 401 || got === 403;
  return { saw: credentials ? 'authentication' : 'unexpected', detail: `${detail}, expected ${expected}` };
}
