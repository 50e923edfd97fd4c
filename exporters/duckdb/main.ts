import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { duckdbExporter } from './collect';
import { ConfigError, NO_QUERIES, readConfig } from './config';
import { serveMetrics } from './server';

const USAGE = 'usage: main.ts --database FILE [--config FILE] [--listen HOST:PORT, default 127.0.0.1:9201]';

/** The exporter as a process of its own, for a database file that no process has open for writing. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      database: { type: 'string' },
      config: { type: 'string' },
      listen: { type: 'string', default: '127.0.0.1:9201' },
    },
  });
  const { database, config, listen } = values;
  if (database === undefined) throw new ConfigError(USAGE);
  // Opened for each scrape and closed again: new data is seen, and a writer may come in between.
  const exporter = duckdbExporter(
    async (use) => {
      const instance = await DuckDBInstance.create(database, {
        access_mode: 'READ_ONLY',
        threads: '1',
        memory_limit: '256MB',
      });
      try {
        const connection = await instance.connect();
        try {
          await use(connection);
        } finally {
          connection.closeSync();
        }
      } finally {
        instance.closeSync();
      }
    },
    config === undefined ? NO_QUERIES : readConfig(config),
    errorLog(),
  );
  const server = await serveMetrics(listen, exporter);
  const address = server.address() as { address: string; port: number };
  console.log(`duckdb exporter: http://${address.address}:${address.port}/metrics`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      server.close(() => process.exit(0));
      server.closeAllConnections();
    });
  }
}

/** The same error every second would bury the others: each is told once a minute. */
function errorLog(): (message: string) => void {
  const told = new Map<string, number>();
  return (message) => {
    if (Date.now() - (told.get(message) ?? 0) < 60_000) return;
    told.set(message, Date.now());
    console.error(message);
  };
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
