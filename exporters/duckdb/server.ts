import { createServer, type Server } from 'node:http';
import type { Exporter } from './collect';

/** Serves /metrics. @param listen host:port; port 0 takes a free one */
export function serveMetrics(listen: string, exporter: Exporter): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(request.url === '/' ? 302 : 404, request.url === '/' ? { location: '/metrics' } : {}).end();
      return;
    }
    exporter.metrics().then(
      (text) => response.writeHead(200, { 'content-type': exporter.contentType }).end(text),
      (error: Error) => response.writeHead(500, { 'content-type': 'text/plain' }).end(`${error.message}\n`),
    );
  });
  const { host, port } = parseListen(listen);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

/** `host:port`, `[::1]:port` or `:port`. @throws Error */
export function parseListen(listen: string): { host: string | undefined; port: number } {
  const parts = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(listen);
  if (!parts || Number(parts[3]) > 65_535)
    throw new Error(`"${listen}" is no address to listen on, expected host:port`);
  return { host: parts[1] ?? (parts[2] || undefined), port: Number(parts[3]) };
}
