import * as path from 'node:path';
import { duckdbExporter, readConfig, serveMetrics } from '../../exporters/duckdb';
import { engineMetrics } from './engine-metrics';
import { serveEngine } from './engine-server';
import { startEngine, type EngineLog } from './engine';
import { Exposition } from './exposition';
import { openFillStore } from './fills';
import { openQueue } from './queue';

/**
 * The workload that the local run watches: orders through Redis, fills into DuckDB, metrics of its own,
 * and the DuckDB exporter in the same process, because DuckDB lets no other process read meanwhile.
 *
 * Environment: TRADE_ENGINE_LISTEN, DUCKDB_EXPORTER_LISTEN, the two once more with what drills move: DEMO_ENGINE_LISTEN,
 * DEMO_DUCKDB_LISTEN; REDIS_URL, DUCKDB_PATH, ORDERS_PER_SECOND,
 * DUCKDB_EXPORTER_CONFIG. Logs JSON lines on stdout; "started" tells the addresses.
 */
async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const ordersPerSecond = Number(env.ORDERS_PER_SECOND ?? 20);
  if (!(ordersPerSecond > 0 && ordersPerSecond <= 1_000)) {
    throw new Error(`ORDERS_PER_SECOND is "${env.ORDERS_PER_SECOND}", expected a number above 0 and up to 1000`);
  }
  const metrics = engineMetrics();
  const fills = await openFillStore(env.DUCKDB_PATH ?? 'trades.duckdb');
  const config = readConfig(env.DUCKDB_EXPORTER_CONFIG ?? path.join(__dirname, 'duckdb-queries.yml'));
  const connection = await fills.connect();
  const exporter = duckdbExporter(
    (use) => use(connection),
    config,
    (reason) => log('error', 'duckdb-exporter', { reason }),
  );
  const exposition = new Exposition();
  const servers = [
    await serveEngine(env.TRADE_ENGINE_LISTEN ?? '127.0.0.1:9200', metrics, null),
    await serveMetrics(env.DUCKDB_EXPORTER_LISTEN ?? '127.0.0.1:9201', exporter),
    await serveEngine(env.DEMO_ENGINE_LISTEN ?? '127.0.0.1:9210', metrics, exposition),
    await serveMetrics(env.DEMO_DUCKDB_LISTEN ?? '127.0.0.1:9211', {
      ...exporter,
      metrics: async () => `${await exporter.metrics()}${exposition.explosion(Date.now())}`,
    }),
  ];
  let up: boolean | null = null;
  const queue = openQueue(env.REDIS_URL ?? 'redis://127.0.0.1:6379', {
    connected() {
      metrics.redisUp.set(1);
      log('info', up === false ? 'redis-back' : 'redis-connected');
      up = true;
    },
    failed(error) {
      metrics.redisUp.set(0);
      metrics.errors.inc({ dependency: 'redis' });
      if (up !== false) log('error', 'redis-lost', { reason: error.message, doing: 'trying to reconnect' });
      up = false;
    },
  });
  const engine = await startEngine(queue, fills, metrics, ordersPerSecond, log);
  const [own, duckdb] = servers.map((server) => server.address());
  log('info', 'started', { metrics: own, duckdbExporter: duckdb, ordersPerSecond });

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    for (const server of servers) server.close().closeAllConnections();
    queue.close();
    await engine.stop();
    connection.closeSync();
    fills.close();
    log('info', 'stopped');
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
}

const log: EngineLog = (level, event, details = {}) => {
  console.log(JSON.stringify({ at: new Date().toISOString(), level, event, ...details }));
};

main(process.env).catch((error: Error) => {
  log('error', 'failed', { reason: error.message });
  process.exit(1);
});
