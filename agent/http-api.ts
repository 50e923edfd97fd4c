import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AgentStatus } from '../lib/control/agent-status';
import type { HeldAlert } from '../lib/core/gate';
import { metricsText, type Counters } from './metrics';

export interface ApiSource {
  readonly status: () => AgentStatus;
  readonly held: () => readonly HeldAlert[];
  readonly counters: () => Counters;
}

/** What others may know of this node. Read only: nothing here changes anything. */
export async function serveApi(source: ApiSource, address: string, port: number): Promise<Server> {
  const json = (value: unknown): [string, string] => ['application/json', `${JSON.stringify(value, null, 2)}\n`];
  const routes: Readonly<Record<string, () => [string, string]>> = {
    '/v1/status': () => json(source.status()),
    '/v1/held': () => json({ alerts: source.held().map((held) => held.alert) }),
    '/metrics': () => ['text/plain; version=0.0.4; charset=utf-8', metricsText(source.status(), source.counters())],
    '/-/healthy': () => ['text/plain', 'OK\n'],
  };
  const server = createServer((request, response) => {
    const route = request.method === 'GET' ? routes[(request.url ?? '').split('?')[0]!] : undefined;
    if (route === undefined) {
      response
        .writeHead(404, { 'Content-Type': 'text/plain' })
        .end(`Known here: GET ${Object.keys(routes).join(', ')}\n`);
      return;
    }
    const [type, body] = route();
    response.writeHead(200, { 'Content-Type': type }).end(body);
  });
  server.listen(port, address);
  await once(server, 'listening');
  return server;
}
