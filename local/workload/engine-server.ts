import * as z from 'zod/mini';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { parseListen } from '../../exporters/duckdb';
import type { EngineMetrics } from './engine-metrics';
import { parseShape, type Exposition } from './exposition';
import { ownDocument } from '../../lib/shell/local/own-document';
import { fields, number, text as anyText } from '../../lib/contract/shape';

const DRILL = ownDocument(
  'drill asked for',
  fields({ alert: anyText.check(z.regex(/^\w{1,60}$/, 'a name')), value: number }),
);

const MAX_BODY = 10_000;

/**
 * GET /metrics: the engine's own, or with `exposition` what drills move by POST /drill {"alert":"immediate","value":1} and
 * POST /shape {"depth":500}.
 */
export function serveEngine(listen: string, metrics: EngineMetrics, exposition: Exposition | null): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(status, { 'content-type': type }).end(text);
    };
    const handled = async (): Promise<void> => {
      if (request.method === 'GET' && request.url === '/metrics') {
        const text =
          exposition === null
            ? await metrics.registry.metrics()
            : `${await metrics.drillRegistry.metrics()}${exposition.book(Date.now())}`;
        return answer(200, text, metrics.registry.contentType);
      }
      if (exposition === null) return answer(404, 'GET /metrics\n');
      if (request.method === 'POST' && request.url === '/shape') {
        const shape = parseShape(await body(request), exposition.shape);
        if (shape === null)
          return answer(400, 'expected {"depth":<levels>,"orders":<series>,"waiting":<0 or 1>,"storm":<alerts>}\n');
        exposition.shape = shape;
        return answer(200, `${JSON.stringify(shape)}\n`, 'application/json');
      }
      if (request.method === 'POST' && request.url === '/drill') {
        const drill = parseDrill(await body(request));
        if (drill === null) return answer(400, 'expected {"alert":"<name>","value":<number>}\n');
        metrics.drill.set({ alert: drill.alert }, drill.value);
        return answer(200, `${JSON.stringify(drill)}\n`, 'application/json');
      }
      answer(404, 'GET /metrics, POST /drill, POST /shape\n');
    };
    handled().catch((error: Error) => answer(500, `${error.message}\n`));
  });
  const { host, port } = parseListen(listen);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

function parseDrill(text: string): { alert: string; value: number } | null {
  try {
    return DRILL.parse(text, 'the request');
  } catch {
    // Told to the caller as 400.
    return null;
  }
}

async function body(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY) throw new Error('the request is too long');
  }
  return text;
}
