import { connect } from 'node:net';

const CONNECT_MS = 5_000;

/** What `reach` reports: known before anything is tried at length. */
export class OutOfReach extends Error {}

/**
 * Whether whoever serves this address takes connections at all: clients of registries try again for minutes before they
 * say so. Behind a proxy it is the proxy that is asked.
 * @throws OutOfReach
 */
export async function requireReachable(url: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const wanted = new URL(url);
  const { hostname, port, protocol } = proxyFor(wanted, env) ?? wanted;
  const number = Number(port) || (protocol === 'http:' ? 80 : 443);
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: number });
    const end = (reason?: string): void => {
      clearTimeout(timer);
      socket.destroy();
      if (reason === undefined) resolve();
      else reject(new OutOfReach(`${wanted.host} is out of reach (${reason})`));
    };
    const timer = setTimeout(() => end(`no connection within ${CONNECT_MS / 1000} s`), CONNECT_MS);
    socket.once('connect', () => end());
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}

/** The proxy that a client would ask for this address; null when it goes there itself. */
export function proxyFor({ hostname, protocol }: URL, env: NodeJS.ProcessEnv): URL | null {
  const setting = (name: string): string => env[name.toLowerCase()] ?? env[name] ?? '';
  const proxy = setting(protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY') || setting('ALL_PROXY');
  if (proxy === '') return null;
  const direct = setting('NO_PROXY')
    .split(',')
    .map((name) => name.trim().replace(/^\*?\./, ''))
    .some((name) => name === '*' || (name !== '' && (hostname === name || hostname.endsWith(`.${name}`))));
  return direct ? null : new URL(proxy.includes('://') ? proxy : `http://${proxy}`);
}
