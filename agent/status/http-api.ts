import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import {
  AGENT_STATUS,
  ANSWERS_CLIENTS_PATH,
  KNOWN_EPOCH,
  type AgentStatus,
} from '../../lib/contract/documents/agent-status';
import { notCaughtUp } from '../../lib/core/backfill/caught-up';
import type { HeldAlert } from '../../lib/core/alerts/gate';
import { metricsText, type Counters } from './metrics';
import { messageOf } from '../base/log';

export interface ApiSource {
  readonly status: () => AgentStatus;
  /** Whoever asks knows this epoch of the assignment. */
  readonly hear: (epoch: number) => void;
  readonly held: () => readonly HeldAlert[];
  readonly counters: () => Counters;
}

/** What others may know of this node. Read only: at most this node reads its assignment a little sooner. */
export async function serveApi(source: ApiSource, address: string, port: number): Promise<Server> {
  type Answer = readonly [type: string, body: string, status?: number];
  const json = (value: unknown): Answer => ['application/json', `${JSON.stringify(value, null, 2)}\n`];
  const routes: Readonly<Record<string, (query: URLSearchParams) => Answer>> = {
    '/v1/status': (query) => {
      source.hear(Number(query.get(KNOWN_EPOCH) ?? 0));
      return ['application/json', AGENT_STATUS.serialize(source.status())];
    },
    '/v1/held': () => json({ alerts: source.held().map((held) => held.alert) }),
    '/metrics': () => ['text/plain; version=0.0.4; charset=utf-8', metricsText(source.status(), source.counters())],
    '/-/healthy': () => ['text/plain', 'OK\n'],
    [ANSWERS_CLIENTS_PATH]: () => {
      const problem = source.status().nodeQuery?.problem;
      return problem === null
        ? ['text/plain', 'OK\n']
        : ['text/plain', `${problem ?? 'this node has no query'}\n`, 503];
    },
    '/-/caught-up': () => {
      const missing = notCaughtUp(source.status());
      return missing === null ? ['text/plain', 'OK\n'] : ['text/plain', `${missing}\n`, 503];
    },
  };
  const server = createServer((request, response) => {
    const [path, query] = (request.url ?? '').split('?');
    const route = request.method === 'GET' ? routes[path!] : undefined;
    if (route === undefined) {
      response
        .writeHead(404, { 'Content-Type': 'text/plain' })
        .end(`Known here: GET ${Object.keys(routes).join(', ')}\n`);
      return;
    }
    try {
      const [type, body, status = 200] = route(new URLSearchParams(query));
      response.writeHead(status, { 'Content-Type': type }).end(body);
    } catch (error) {
      // Whoever asks learns it; the agent has other things to do than to end over it.
      response.writeHead(500, { 'Content-Type': 'text/plain' }).end(`${messageOf(error)}\n`);
    }
  });
  server.listen(port, address);
  await once(server, 'listening');
  return server;
}
