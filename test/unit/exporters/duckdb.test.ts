import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { duckdbExporter, parseConfig, parseListen, readConfig } from '../../../exporters/duckdb';

const folder = path.resolve(__dirname, '../../../exporters/duckdb');
let directory: string;
let instance: DuckDBInstance;
let connection: DuckDBConnection;
let errors: string[];

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'promha-duckdb-'));
  instance = await DuckDBInstance.create(path.join(directory, 'x.duckdb'), { threads: '1' });
  connection = await instance.connect();
  await connection.run(
    "CREATE TABLE fills AS SELECT * FROM (VALUES ('a', 1.5), ('b', 2), ('c', NULL)) t(symbol, value)",
  );
});

afterAll(() => {
  connection.closeSync();
  instance.closeSync();
  rmSync(directory, { recursive: true, force: true });
});

function scrape(yaml: string): Promise<string> {
  errors = [];
  return duckdbExporter(
    (use) => use(connection),
    parseConfig(yaml, 'q.yml'),
    (message) => errors.push(message),
  ).metrics();
}

test('built-in gauges and a query with labels; NULL has no sample', async () => {
  const text = await scrape('queries: [{name: fills, help: By symbol, sql: "FROM fills", labels: [symbol]}]');
  expect(text).toContain('duckdb_up 1');
  expect(text).toMatch(/^duckdb_wal_size_bytes [1-9]/m);
  expect(text).toMatch(/^duckdb_memory_usage_bytes\{tag="BASE_TABLE"\} \d+$/m);
  expect(text).toContain('duckdb_query_value{query="fills",symbol="a"} 1.5');
  expect(text).toContain('duckdb_query_value{query="fills",symbol="b"} 2');
  expect(text).not.toContain('symbol="c"');
  expect(errors).toEqual([]);
});

test('queries that fail or take too long hurt only themselves', async () => {
  const text = await scrape(`
timeoutMs: 2000
queries:
  - {name: broken, sql: "SELECT nonsense"}
  - {name: text, sql: "SELECT 'abc' AS value"}
  - {name: column, sql: "SELECT 1 AS one"}
  - {name: rows, sql: "SELECT range AS value FROM range(1001)"}
  - {name: slow, sql: "SELECT sum(a.range * b.range) AS value FROM range(10000000) a, range(1000000) b", timeoutMs: 50}
  - {name: good, sql: "SELECT 7 AS value"}
`);
  for (const name of ['broken', 'text', 'column', 'rows', 'slow'])
    expect(text).toContain(`duckdb_query_success{query="${name}"} 0`);
  expect(text).toContain('duckdb_query_success{query="good"} 1');
  expect(text).toContain('duckdb_query_value{query="good"} 7');
  expect(text).toContain('duckdb_up 1');
  const told = errors.join('\n');
  expect(told).toContain('query slow: no answer within 50 ms');
  expect(told).toContain('column value holds "abc", expected a number');
  expect(told).toContain('there is no column value; the query returns one');
  expect(told).toContain('1001 rows, at most 1000');
});

test('a database that cannot be opened is duckdb_up 0, not a failed scrape', async () => {
  const exporter = duckdbExporter(
    () => Promise.reject(new Error('locked')),
    parseConfig('queries: [{name: q, sql: "SELECT 1 AS value"}]', 'q.yml'),
    () => undefined,
  );
  const text = await exporter.metrics();
  expect(text).toContain('duckdb_up 0');
  expect(text).toContain('duckdb_query_success{query="q"} 0');
});

test('scrapes that come at once share one', async () => {
  let opened = 0;
  const exporter = duckdbExporter(
    (use) => {
      opened += 1;
      return use(connection);
    },
    parseConfig('', 'q.yml'),
    () => undefined,
  );
  await Promise.all([exporter.metrics(), exporter.metrics(), exporter.metrics()]);
  expect(opened).toBe(1);
  await exporter.metrics();
  expect(opened).toBe(2);
});

test.each([
  ['queries:\n  - name: 1bad\n    sql: SELECT 1', /^q\.yml:2: queries\.0\.name: expected letters/],
  ['queries:\n  - name: a\n    sql: ""', /^q\.yml:3: queries\.0\.sql: expected one SQL statement/],
  ['queries:\n  - name: a\n    sql: x\n  - name: a\n    sql: x', /^q\.yml:4: queries\.1\.name: "a" is used twice/],
  ['queries:\n  - {name: a, sql: x, labels: [query]}', /^q\.yml:2: queries\.0\.labels: `query` is the label/],
  ['queries:\n  - {name: a, sql: x, label: [b]}', /Unrecognized key.*"label"/],
  ['timeoutMs: soon', /^q\.yml:1: timeoutMs: .*expected number/],
  ['queries: [', /^q\.yml:1: /],
])('%j is refused with its place', (yaml, message) => {
  expect(() => parseConfig(yaml, 'q.yml')).toThrow(message);
});

test('the example and the local queries are valid; a missing file is told', () => {
  expect(readConfig(path.join(folder, 'queries.example.yml')).queries).toHaveLength(2);
  expect(readConfig(path.resolve(folder, '../../local/workload/duckdb-queries.yml')).queries.length).toBeGreaterThan(0);
  expect(() => readConfig('/nowhere.yml')).toThrow(/\/nowhere\.yml: cannot be read/);
});

test('addresses to listen on', () => {
  expect(parseListen('127.0.0.1:9201')).toEqual({ host: '127.0.0.1', port: 9201 });
  expect(parseListen('[::1]:9201')).toEqual({ host: '::1', port: 9201 });
  expect(parseListen(':9201')).toEqual({ host: undefined, port: 9201 });
  expect(() => parseListen('9201')).toThrow('expected host:port');
  expect(() => parseListen('x:70000')).toThrow('expected host:port');
});

test('the folder that users copy has the same dependencies that we test with', () => {
  const versions = (file: string): Record<string, string> => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(file, 'utf8')) as Record<
      string,
      Record<string, string> | undefined
    >;
    return { ...dependencies, ...devDependencies };
  };
  expect(versions(path.resolve(folder, '../../package.json'))).toMatchObject(
    versions(path.join(folder, 'package.json')),
  );
});
