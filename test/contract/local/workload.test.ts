import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { resolveTools, type ResolvedTool } from '../../../local/tools';

const root = path.resolve(__dirname, '../../..');
/** An address of this run's own, so that standard ports are free. */
const address = `127.78.${randomInt(1, 255)}.${randomInt(1, 255)}`;
const engineUrl = `http://${address}:9200`;
const demoUrl = `http://${address}:9210`;
const exporterUrl = `http://${address}:9201`;
const pagerUrl = `http://${address}:9300`;

let directory: string;
let redisServer: ResolvedTool;
let redis: ChildProcess;
const children: ChildProcess[] = [];
const engineLog: string[] = [];

function start(
  command: string,
  args: string[],
  env: Readonly<Record<string, string>>,
  lines: string[] = [],
): ChildProcess {
  const child = spawn(command, args, {
    cwd: directory,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.on('data', (chunk: Buffer) => lines.push(...chunk.toString().split('\n')));
  child.stderr.on('data', (chunk: Buffer) => lines.push(...chunk.toString().split('\n')));
  children.push(child);
  return child;
}

const startRedis = (): ChildProcess =>
  start(redisServer.path, ['--bind', address, '--port', '6379', '--save', '', '--dir', directory], redisServer.env);

const startTs = (script: string, env: Record<string, string>, lines?: string[]): ChildProcess =>
  start(
    process.execPath,
    ['--import', path.join(root, 'node_modules/tsx/dist/loader.mjs'), path.join(root, script)],
    env,
    lines,
  );

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await exit;
}

async function eventually<T>(what: string, look: () => Promise<T | undefined | false>, withinMs = 30_000): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined && found !== false) return found;
    if (Date.now() > until) throw new Error(`${what}: not within ${withinMs} ms\n${engineLog.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function metric(url: string, series: string): Promise<number | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

async function total(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const values = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'promha-workload-'));
  redisServer = (await resolveTools(['redis-server']))['redis-server'];
  redis = startRedis();
  startTs(
    'local/workload/trade-engine.ts',
    {
      TRADE_ENGINE_LISTEN: `${address}:9200`,
      DUCKDB_EXPORTER_LISTEN: `${address}:9201`,
      DEMO_ENGINE_LISTEN: `${address}:9210`,
      DEMO_DUCKDB_LISTEN: `${address}:9211`,
      REDIS_URL: `redis://${address}:6379`,
      DUCKDB_PATH: path.join(directory, 'trades.duckdb'),
      ORDERS_PER_SECOND: '50',
    },
    engineLog,
  );
  startTs('local/workload/pager.ts', {
    PAGER_LISTEN: `${address}:9300`,
    PAGER_FILE: path.join(directory, 'pages.jsonl'),
  });
  await eventually('the engine serves metrics', async () => (await fetch(`${engineUrl}/metrics`)).ok);
}, 300_000);

afterAll(async () => {
  await Promise.all(children.map((child) => ended(child, 'SIGKILL')));
  rmSync(directory, { recursive: true, force: true });
});

test('orders go through Redis and their fills are stored in DuckDB', async () => {
  const fills = await eventually('fills', async () => {
    const filled = await total(engineUrl, 'trade_engine_fills_total');
    return filled > 20 && filled;
  });
  expect(await total(engineUrl, 'trade_engine_orders_total')).toBeGreaterThanOrEqual(fills);
  expect(await metric(engineUrl, 'trade_engine_order_latency_seconds_count')).toBeGreaterThanOrEqual(fills);
  expect(await metric(engineUrl, 'trade_engine_redis_up')).toBe(1);
  const stored = await eventually('stored fills', async () => {
    const text = await (await fetch(`${exporterUrl}/metrics`)).text();
    const counts = [...text.matchAll(/^duckdb_query_value\{query="fills",symbol="[^"]+"\} (\d+)$/gm)];
    return counts.length === 3 && counts.reduce((sum, count) => sum + Number(count[1]), 0);
  });
  expect(stored).toBeGreaterThanOrEqual(fills);
});

test("the DuckDB exporter serves the engine's open database", async () => {
  const response = await fetch(`${exporterUrl}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  await response.text();
  expect(await metric(exporterUrl, 'duckdb_up')).toBe(1);
  expect(await metric(exporterUrl, 'duckdb_query_success{query="traded_value"}')).toBe(1);
  expect(await metric(exporterUrl, 'duckdb_wal_size_bytes')).toBeGreaterThan(0);
  expect(await metric(exporterUrl, 'duckdb_query_value{query="last_fill_age_seconds"}')).toBeLessThan(30);
});

test('drills set their gauges over HTTP', async () => {
  for (const alert of ['immediate', 'for5s', 'for30s', 'kept']) {
    expect(await metric(demoUrl, `trade_engine_drill{alert="${alert}"}`)).toBe(0);
  }
  const post = (body: string): Promise<Response> => fetch(`${demoUrl}/drill`, { method: 'POST', body });
  expect((await post('{"alert":"for5s","value":1}')).status).toBe(200);
  expect(await metric(demoUrl, 'trade_engine_drill{alert="for5s"}')).toBe(1);
  expect((await post('{"alert":5}')).status).toBe(400);
  expect((await post('nonsense')).status).toBe(400);
});

test('the engine survives that Redis is killed and comes back', async () => {
  await ended(redis, 'SIGKILL');
  await eventually('Redis is missed', async () => (await metric(engineUrl, 'trade_engine_redis_up')) === 0);
  const errors = (await metric(engineUrl, 'trade_engine_errors_total{dependency="redis"}'))!;
  await eventually(
    'errors are counted',
    async () => (await metric(engineUrl, 'trade_engine_errors_total{dependency="redis"}'))! > errors,
  );
  expect(engineLog.join('\n')).toContain('redis-lost');
  const before = await total(engineUrl, 'trade_engine_fills_total');
  redis = startRedis();
  await eventually('fills go on', async () => (await total(engineUrl, 'trade_engine_fills_total')) > before + 10);
  expect(await metric(engineUrl, 'trade_engine_redis_up')).toBe(1);
  expect(engineLog.join('\n')).toContain('redis-back');
});

test('the pager keeps notifications by source', async () => {
  const post = (where: string, body: string): Promise<Response> =>
    fetch(`${pagerUrl}${where}`, { method: 'POST', body });
  await eventually('the pager answers', async () => (await fetch(`${pagerUrl}/notifications`)).ok);
  expect((await post('/notifications', '{"status":"firing"}')).status).toBe(200);
  expect((await post('/notifications/oracle', '{"status":"resolved"}')).status).toBe(200);
  expect((await post('/notifications', 'no json')).status).toBe(400);
  const all = (await (await fetch(`${pagerUrl}/notifications`)).json()) as {
    source: string;
    receivedAt: string;
    payload: unknown;
  }[];
  expect(all.map(({ source, payload }) => ({ source, payload }))).toEqual([
    { source: 'default', payload: { status: 'firing' } },
    { source: 'oracle', payload: { status: 'resolved' } },
  ]);
  expect(Date.parse(all[0]!.receivedAt)).not.toBeNaN();
  expect(await (await fetch(`${pagerUrl}/notifications/oracle`)).json()).toHaveLength(1);
});
