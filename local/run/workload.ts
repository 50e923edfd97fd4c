import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Cleanup } from './hosts/cleanup';
import { launch, MARKS, type Running } from './hosts/processes';

/** Ports of everything that is watched, on the run's host address. */
export const WORKLOAD_PORTS = {
  redis: 6379,
  redisExporter: 9121,
  tradeEngine: 9200,
  duckdb: 9201,
  /** What drills move, apart from what users' jobs scrape: nothing is scraped twice. */
  demoEngine: 9210,
  demoDuckdb: 9211,
  pager: 9300,
} as const;

/** Host names that exist here: a user's target of that name is the demonstration's. */
export const WORKLOAD_HOSTS = ['redis', 'redis-exporter', 'trade-engine', 'duckdb', 'pager'].map(
  (name) => `${name}.trading.internal`,
);

export interface WorkloadOptions {
  readonly tools: Readonly<
    Record<'redis-server' | 'redis_exporter', { readonly path: string; readonly env: Readonly<Record<string, string>> }>
  >;
  readonly host: string;
  readonly dir: string;
  readonly runId: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cleanup: Cleanup;
  readonly onEvent: (what: string, how: string) => void;
}

export interface Workload {
  /** JSON lines of all notifications. */
  readonly pages: string;
  /** The one that can be hurt. It keeps nothing: after a start it is empty. */
  readonly redis: { kill(): Promise<void>; start(): void };
  readonly processes: Readonly<Record<'redis-exporter' | 'trade-engine' | 'pager', Running>>;
}

/** A real trade engine on a real Redis and a real DuckDB, with their exporters, and the pager that is paged. */
export function startWorkload(o: WorkloadOptions): Workload {
  const { host, tools } = o;
  const dir = join(o.dir, 'workload');
  mkdirSync(dir, { recursive: true });
  const pages = join(o.dir, 'pages.jsonl');
  const start = (name: string, command: string, args: string[], env: Record<string, string> = {}): Running => {
    const running = launch({
      name,
      command,
      args,
      cwd: dir,
      env: { ...o.env, [MARKS.run]: o.runId, ...env },
      log: join(o.dir, 'logs', `${name}.log`),
    });
    o.cleanup.defer(`stop ${name}`, () => running.stop(2_000));
    void running.ended.then((how) => o.onEvent(name, how));
    return running;
  };
  const script = (file: string): string[] => [
    '--require',
    require.resolve('tsx/cjs'),
    join(__dirname, '..', 'workload', file),
  ];
  const redisUrl = `redis://${host}:${WORKLOAD_PORTS.redis}`;

  const startRedis = (): Running =>
    start('redis', tools['redis-server'].path, redisArgs(host), tools['redis-server'].env);
  let redis = startRedis();

  return {
    pages,
    redis: {
      kill: async () => {
        redis.signal('SIGKILL');
        await redis.ended;
      },
      start: () => {
        if (!redis.isRunning()) redis = startRedis();
      },
    },
    processes: {
      'redis-exporter': start(
        'redis-exporter',
        tools.redis_exporter.path,
        ['--redis.addr', redisUrl, '--web.listen-address', `${host}:${WORKLOAD_PORTS.redisExporter}`],
        tools.redis_exporter.env,
      ),
      'trade-engine': start('trade-engine', process.execPath, script('trade-engine.ts'), {
        TRADE_ENGINE_LISTEN: `${host}:${WORKLOAD_PORTS.tradeEngine}`,
        DUCKDB_EXPORTER_LISTEN: `${host}:${WORKLOAD_PORTS.duckdb}`,
        DEMO_ENGINE_LISTEN: `${host}:${WORKLOAD_PORTS.demoEngine}`,
        DEMO_DUCKDB_LISTEN: `${host}:${WORKLOAD_PORTS.demoDuckdb}`,
        REDIS_URL: redisUrl,
        DUCKDB_PATH: join(dir, 'trades.duckdb'),
      }),
      pager: start('pager', process.execPath, script('pager.ts'), {
        PAGER_LISTEN: `${host}:${WORKLOAD_PORTS.pager}`,
        PAGER_FILE: pages,
      }),
    },
  };
}

function redisArgs(host: string): string[] {
  return [
    '--bind',
    host,
    '--port',
    String(WORKLOAD_PORTS.redis),
    '--save',
    '',
    '--protected-mode',
    'no',
    '--maxmemory',
    '64mb',
    // A new title would be written over its environment, by which the next start finds it when this one is killed.
    '--set-proc-title',
    'no',
  ];
}
