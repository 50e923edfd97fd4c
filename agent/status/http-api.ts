import type { Server } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
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
import { serveBounded } from '../../lib/shell/async/bounded-server';

export interface ApiSource {
  readonly status: () => AgentStatus;
  /** Whoever asks knows this epoch of the assignment. */
  readonly hear: (epoch: number) => void;
  readonly held: () => readonly HeldAlert[];
  readonly counters: () => Counters;
}

/** What others may know of this node. Read only: at most this node reads its assignment a little sooner. */
export async function serveApi(source: ApiSource, address: string, port: number): Promise<Server> {
  type Answer = readonly [type: string, body: string | AsyncIterable<string>, status?: number];
  const routes: Readonly<Record<string, (query: URLSearchParams) => Answer>> = {
    '/v1/status': (query) => {
      source.hear(Number(query.get(KNOWN_EPOCH) ?? 0));
      return ['application/json', AGENT_STATUS.serialize(source.status())];
    },
    '/v1/held': () => ['application/json', heldText(source.held())],
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
  const server = await serveBounded(address, port, (request, response) => {
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
      response.writeHead(status, { 'Content-Type': type });
      if (typeof body === 'string') response.end(body);
      else pipeline(body, response).catch(() => {}); // whoever asked has left
    } catch (error) {
      // Whoever asks learns it; the agent has other things to do than to end over it.
      response.writeHead(500, { 'Content-Type': 'text/plain' }).end(`${messageOf(error)}\n`);
    }
  });
  return server;
}

/** Of the alerts that are written at once: who has thousands of them answers others in between. */
const PART = 200;

async function* heldText(held: readonly HeldAlert[]): AsyncGenerator<string> {
  yield '{"alerts":[\n';
  for (let i = 0; i < held.length; i += PART) {
    const part = held.slice(i, i + PART).map(({ alert }) => JSON.stringify(alert));
    yield `${i === 0 ? '' : ',\n'}${part.join(',\n')}`;
    await setImmediate();
  }
  yield '\n]}\n';
}
