import { Agent, request } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Instrument, Moments } from '../instrument';
import type { QuerySample } from './queries';
import type { Measurements } from '../../../lib/contract/check';
import type { TestBed } from '../test-bed';
import { queriesOf } from '../thanos';
import { ownDocument } from '../../../lib/shell/local/own-document';
import { fields, listOf } from '../../../lib/contract/shape';
import { whoAnswers, WHO_ANSWERS_PATH } from './who-answers';

const RESULT = ownDocument('answer to a query', fields({ data: fields({ result: listOf(fields({})) }) }));

/** A query that takes longer is given up: whoever asked has gone by then. */
const GIVEN_UP_MS = 10_000;

/** What dashboards ask: everything that is up, a rate, a value, and a little graph. And who answers. */
const QUERIES: readonly ((nowS: number) => string)[] = [
  () => '/api/v1/query?query=up',
  () => `/api/v1/query?query=${encodeURIComponent('rate(trade_engine_orders_total[10s])')}`,
  () => '/api/v1/query?query=trade_engine_drill',
  (now) => `/api/v1/query_range?query=${encodeURIComponent('up{job="redis"}')}&start=${now - 60}&end=${now}&step=5`,
  () => WHO_ANSWERS_PATH,
];

/** All that a client's name for the load balancer leads to. */
type Addresses = (world: TestBed) => readonly string[];

/**
 * So many queries a second through the load balancer's query port, every other one on a connection of its own. With `addresses` each
 * query tries them in turn, a quarter of a second each, as clients do whose name server knows several.
 */
export function queryLoad(
  perSecond: number,
  summarize: (samples: readonly QuerySample[], moments: Moments) => Measurements,
  addresses?: Addresses,
): Instrument {
  return (world) => {
    const base = queriesOf(world);
    const agent = new Agent({ keepAlive: true });
    const samples: QuerySample[] = [];
    const open = new Set<Promise<unknown>>();
    let sent = 0;
    const timer = setInterval(() => {
      const path = QUERIES[sent % QUERIES.length]!(Math.floor(Date.now() / 1000));
      // Rotated against the queries, so that each of them goes both ways.
      const kept = Math.floor(sent / QUERIES.length) % 2 === 0;
      sent += 1;
      const lookup = addresses && inTurn(addresses(world), sent);
      const asking = ask(base, path, kept ? agent : undefined, lookup).then((s) => samples.push(s));
      open.add(asking);
      void asking.finally(() => open.delete(asking));
    }, 1000 / perSecond);
    return {
      async finish(moments) {
        clearInterval(timer);
        await Promise.all(open);
        const errors = new Map<string, number>();
        for (const s of samples) if (s.error !== null) errors.set(s.error, (errors.get(s.error) ?? 0) + 1);
        return {
          measurements: summarize(samples, moments),
          findings: [...errors].map(([error, n]) => `${n} queries: ${error}`),
        };
      },
      stop() {
        clearInterval(timer);
        agent.destroy();
      },
    };
  };
}

/** A name server that begins with another address each time. */
function inTurn(addresses: readonly string[], turn: number): LookupFunction {
  const first = turn % addresses.length;
  const rotated = [...addresses.slice(first), ...addresses.slice(0, first)];
  const found = rotated.map((address) => ({ address, family: 4 }));
  return (_, options, done) => (options.all === true ? done(null, found) : done(null, rotated[0]!, 4));
}

/** One query. Never rejects. */
function ask(base: string, path: string, agent: Agent | undefined, lookup?: LookupFunction): Promise<QuerySample> {
  const startedAt = Date.now();
  const began = performance.now();
  return new Promise((resolve) => {
    const done = (error: string | null, by: QuerySample['by']): void => {
      clearTimeout(timer);
      resolve({ startedAt, ms: performance.now() - began, error, reused: req.reusedSocket, by });
    };
    const named = lookup === undefined ? base : base.replace(/\/\/[^:]+/, '//balancer');
    const own = lookup === undefined ? {} : { lookup };
    const req = request(`${named}${path}`, { agent: agent ?? false, ...own }, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('end', () => {
          const read = readAnswer(path, response.statusCode!, text);
          done(read.error, read.by);
        })
        .on('error', fail);
    });
    const fail = (error: NodeJS.ErrnoException): void =>
      done(error.code === undefined ? error.message : `${error.code} ${error.syscall ?? ''}`.trim(), null);
    const timer = setTimeout(() => req.destroy(new Error(`no answer in ${GIVEN_UP_MS / 1000} s`)), GIVEN_UP_MS);
    req.once('error', fail).end();
  });
}

/** An answer counts if it has data; of one question in five it is known who answered. */
export function readAnswer(path: string, status: number, text: string): Pick<QuerySample, 'error' | 'by'> {
  if (status !== 200) return { error: `HTTP ${status} ${text.slice(0, 120)}`, by: null };
  try {
    if (path === WHO_ANSWERS_PATH) return { error: null, by: whoAnswers(text) };
    const { result } = RESULT.parse(text, 'the answer').data;
    return { error: result.length === 0 ? 'an answer without data' : null, by: null };
  } catch {
    return { error: `not an answer: ${text.slice(0, 120)}`, by: null };
  }
}
