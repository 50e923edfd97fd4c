import { connect } from 'node:net';
import { askedAgain } from './asked-again';

/** No answer to a probe is longer; a body without end must not fill a function's memory. */
const MAX_BYTES = 10 * 2 ** 20;

/** Another answer than 2xx. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    /** The beginning of what was said with it. */
    readonly said: string,
  ) {
    super(`HTTP ${status}`);
  }
}

/** Asks an address inside the VPC by GET; see httpGet. */
export type HttpGet = (url: string, signal: AbortSignal, maxBytes: number) => Promise<string>;

let way: HttpGet = direct;

/** From now on this process asks by another way than its own network: promha, from outside the VPC. */
export function askBy(other: HttpGet): void {
  way = other;
}

/**
 * GET, the whole answer as text. `againMs`: on a further connection each time that so much has passed without an answer; not by
 * another way, where each question costs. @throws as `direct` does, and what the way throws
 */
export function httpGet(url: string, signal: AbortSignal, maxBytes = MAX_BYTES, againMs?: number): Promise<string> {
  if (againMs === undefined || way !== direct) return way(url, signal, maxBytes);
  return askedAgain(againMs, signal, (until) => direct(url, until, maxBytes));
}

/**
 * GET, the whole answer as text. A connection of its own for each: what a probe wants to know includes whether new ones
 * are accepted, and no more of them are open than answers are awaited. HTTP/1.0, which both sides end by closing and
 * which knows no chunks, on a bare socket: half the processor time of node:http, a quarter of fetch's, and that is what
 * a probe of many nodes is made of. For plain addresses inside the VPC: no TLS, no redirection, no compression.
 *
 * @throws the signal's reason when it fires first; an error for any other status than 2xx, and for half an answer
 */
function direct(url: string, signal: AbortSignal, maxBytes: number): Promise<string> {
  const { hostname, port, pathname, search, host } = new URL(url);
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const socket = connect({ host: hostname, port: Number(port || 80) });
    const parts: Buffer[] = [];
    let size = 0;
    const onAbort = (): void => void socket.destroy(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.write(`GET ${pathname}${search} HTTP/1.0\r\nHost: ${host}\r\n\r\n`);
    socket.on('data', (part: Buffer) => {
      parts.push(part);
      size += part.length;
      if (size > maxBytes) socket.destroy(new Error(`the answer is longer than ${maxBytes} bytes`));
    });
    socket.on('error', reject);
    socket.on('close', () => signal.removeEventListener('abort', onAbort));
    socket.on('end', () => {
      try {
        resolve(bodyOf(Buffer.concat(parts)));
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}

function bodyOf(answer: Buffer): string {
  const end = answer.indexOf('\r\n\r\n');
  const head = end < 0 ? '' : answer.toString('latin1', 0, end);
  const status = /^HTTP\/1\.\d (\d{3})/.exec(head)?.[1];
  if (status === undefined) throw new Error('the connection was closed before an answer');
  const body = answer.subarray(end + 4);
  if (!status.startsWith('2')) throw new HttpError(Number(status), body.toString('utf8', 0, 200));
  const promised = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (promised !== undefined && Number(promised) !== body.length)
    throw new Error(`the connection was closed after ${body.length} of ${promised} bytes`);
  return body.toString('utf8');
}
