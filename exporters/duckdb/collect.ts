import { stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { Gauge, Registry } from 'prom-client';
import { runQuery } from './query';
import type { ExporterConfig } from './config';

export interface Exporter {
  readonly contentType: string;
  /** One scrape. Never rejects: what is wrong is a metric. Scrapes that come meanwhile share it. */
  metrics(): Promise<string>;
}

/**
 * @param withConnection lends a connection for one scrape; it should be nobody else's, because a query
 *   that takes too long is interrupted, and an interrupt hits the whole connection
 */
export function duckdbExporter(
  withConnection: (use: (connection: DuckDBConnection) => Promise<void>) => Promise<void>,
  config: ExporterConfig,
  onError: (message: string) => void,
): Exporter {
  let running: Promise<string> | null = null;
  async function scrape(): Promise<string> {
    const registry = new Registry();
    const gauges = createGauges(registry, config);
    try {
      await withConnection(async (connection) => {
        await collectDatabase(connection, config, gauges);
        gauges.up.set(1);
        await collectQueries(connection, config, gauges, onError);
      });
    } catch (error) {
      gauges.up.set(0);
      for (const query of config.queries) gauges.success.set({ query: query.name }, 0);
      onError(`the database does not answer: ${(error as Error).message}`);
    }
    return registry.metrics();
  }
  return {
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    metrics() {
      running ??= scrape().finally(() => {
        running = null;
      });
      return running;
    },
  };
}

type Gauges = ReturnType<typeof createGauges>;

/** New ones for every scrape, so that a row that is gone leaves no series behind. */
function createGauges(registry: Registry, config: ExporterConfig) {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const labels = [...new Set(config.queries.flatMap((query) => query.labels))];
  const described = config.queries
    .filter((query) => query.help !== undefined)
    .map((query) => `${query.name}: ${query.help}`);
  return {
    up: gauge('duckdb_up', 'Whether the database answered this scrape.'),
    size: gauge('duckdb_database_size_bytes', 'Size of the database file.'),
    wal: gauge('duckdb_wal_size_bytes', 'Size of the write-ahead log beside it.'),
    memory: gauge('duckdb_memory_usage_bytes', 'Memory held by the buffer manager, by what it is used for.', ['tag']),
    value: gauge('duckdb_query_value', ['Result of a configured query.', ...described].join(' '), ['query', ...labels]),
    success: gauge('duckdb_query_success', 'Whether a configured query answered.', ['query']),
    duration: gauge('duckdb_query_duration_seconds', 'How long a configured query took.', ['query']),
  };
}

async function collectDatabase(connection: DuckDBConnection, config: ExporterConfig, gauges: Gauges): Promise<void> {
  const ask = (sql: string) => runQuery(connection, sql, config.timeoutMs);
  const [database] = await ask('SELECT path FROM duckdb_databases() WHERE database_name = current_database()');
  const path = database?.path;
  if (typeof path === 'string') {
    gauges.size.set(await fileSize(path));
    gauges.wal.set(await fileSize(`${path}.wal`));
  } else {
    // In memory: there is no file.
    gauges.size.set(0);
    gauges.wal.set(0);
  }
  for (const row of await ask('SELECT tag, memory_usage_bytes FROM duckdb_memory()')) {
    gauges.memory.set({ tag: String(row.tag) }, Number(row.memory_usage_bytes));
  }
}

/** A checkpoint removes the log: missing means empty. */
async function fileSize(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/** More series than this are a mistake in the query, and would hurt Prometheus. */
const MAX_ROWS = 1_000;

async function collectQueries(
  connection: DuckDBConnection,
  config: ExporterConfig,
  gauges: Gauges,
  onError: (message: string) => void,
): Promise<void> {
  for (const query of config.queries) {
    const started = performance.now();
    try {
      const rows = await runQuery(connection, query.sql, query.timeoutMs ?? config.timeoutMs);
      if (rows.length > MAX_ROWS) throw new Error(`${rows.length} rows, at most ${MAX_ROWS} are allowed`);
      const samples = rows.map((row) => ({
        labels: Object.fromEntries(query.labels.map((label) => [label, labelOf(row, label)])),
        value: numberOf(row, query.value),
      }));
      for (const { labels, value } of samples)
        if (value !== null) gauges.value.set({ query: query.name, ...labels }, value);
      gauges.success.set({ query: query.name }, 1);
    } catch (error) {
      gauges.success.set({ query: query.name }, 0);
      onError(`query ${query.name}: ${(error as Error).message}`);
    }
    gauges.duration.set({ query: query.name }, (performance.now() - started) / 1000);
  }
}

type Row = Readonly<Record<string, unknown>>;

function labelOf(row: Row, column: string): string {
  if (!(column in row)) throw missing(row, column);
  return row[column] === null ? '' : String(row[column]);
}

/** Null for NULL, which has no sample. */
function numberOf(row: Row, column: string): number | null {
  if (!(column in row)) throw missing(row, column);
  const value = row[column];
  if (value === null) return null;
  const number = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
  if (Number.isNaN(number) && value !== 'NaN')
    throw new Error(`column ${column} holds ${JSON.stringify(value)}, expected a number`);
  return number;
}

function missing(row: Row, column: string): Error {
  return new Error(`there is no column ${column}; the query returns ${Object.keys(row).join(', ')}`);
}
