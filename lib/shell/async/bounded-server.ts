import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';

/** Of connections at once. One address is a function's subnet, a load balancer or a node: each asks with some ten. */
export const CONNECTIONS = { all: 256, perAddress: 64 } as const;

/** Who sends a request byte by byte has so long for it; who reads no answer, or sends nothing more, as long for that. */
export const PATIENCE = { headersMs: 10_000, requestMs: 30_000, idleMs: 60_000 };

/**
 * An HTTP server that one client cannot use up: beyond its share its connections are closed, the others are answered. Resolves when it
 * listens. @throws when the port is taken
 */
export async function serveBounded(
  address: string,
  port: number,
  answer: RequestListener,
  { headersMs, requestMs, idleMs } = PATIENCE,
): Promise<Server> {
  const times = { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: headersMs / 5 };
  const server = createServer({ ...times, maxHeaderSize: 8 * 1024 }, answer);
  server.setTimeout(idleMs);
  server.maxConnections = CONNECTIONS.all;
  const held = new Map<string, number>();
  server.on('connection', (socket) => {
    const { remoteAddress = '' } = socket;
    const now = (held.get(remoteAddress) ?? 0) + 1;
    held.set(remoteAddress, now);
    socket.once('close', () => {
      const left = held.get(remoteAddress)! - 1;
      if (left === 0) held.delete(remoteAddress);
      else held.set(remoteAddress, left);
    });
    if (now > CONNECTIONS.perAddress) socket.destroy();
  });
  server.listen(port, address);
  await once(server, 'listening');
  return server;
}
