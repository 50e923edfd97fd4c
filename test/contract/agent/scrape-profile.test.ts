import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { reloadAndVerify } from '../../../agent/rendering/reload';
import type { ConfigBundle } from '../../../lib/contract/documents/config';
import { type ScrapeProfile } from '../../../lib/contract/profile';
import { renderFiles, renderPrometheus } from '../../../lib/core/rendering/render';
import { agentTestPrograms } from './agent-programs';
import { eventually, freePort } from './agent-tools';

/** Prometheus itself, with what an agent renders for each profile, against targets of ours. */
const ALERTS = 20;
/** After a reload; an interval is a second. */
const WATCHED_MS = 8_000;
/** A second, and a busy machine. */
const MOST_GAP_MS = 4_000;

let programs: Awaited<ReturnType<typeof agentTestPrograms>>;
let dir: string;
let prometheus: ChildProcess;
let url: string;
let bundle: ConfigBundle;
let exploded = false;
const servers: Server[] = [];

async function serve(body: () => string): Promise<number> {
  const server = createServer((_, response) => response.setHeader('Content-Type', 'text/plain').end(body()));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const lines = (name: string, count: number): string =>
  Array.from({ length: count }, (_, i) => `${name}{n="${i}"} 1\n`).join('');

function write(profile: ScrapeProfile, more: Record<string, string> = {}): void {
  const input = {
    bundle,
    profile,
    cluster: 'c',
    shard: 0,
    node: 'n',
    gateAddress: '127.0.0.1',
    nodeTargets: dir,
    thanos: false,
    prometheusVersion: '3.13.2',
    webhooks: null,
  };
  for (const [name, text] of Object.entries({
    ...renderFiles(input),
    'prometheus.yml': renderPrometheus(input),
    ...more,
  })) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
}

const reload = (): Promise<string | null> =>
  reloadAndVerify(`${url}/metrics`, 'prometheus', () => prometheus.kill('SIGHUP'));

async function get<T>(path: string): Promise<T> {
  return ((await (await fetch(`${url}/api/v1/${path}`)).json()) as { data: T }).data;
}

/** When each alert that waits began to wait, by its number. */
async function pending(): Promise<Record<string, string>> {
  const { alerts } = await get<{ alerts: { labels: { n: string }; state: string; activeAt: string }[] }>('alerts');
  return Object.fromEntries(alerts.filter((a) => a.state === 'pending').map((a) => [a.labels.n, a.activeAt]));
}

async function value(query: string): Promise<number | null> {
  const { result } = await get<{ result: { value: [number, string] }[] }>(`query?query=${encodeURIComponent(query)}`);
  return result[0] === undefined ? null : Number(result[0].value[1]);
}

/** Times of the samples of the last seconds, ms. */
async function samplesOf(selector: string, seconds: number): Promise<number[]> {
  const query = encodeURIComponent(`${selector}[${seconds}s]`);
  const { result } = await get<{ result: { values: [number, string][] }[] }>(`query?query=${query}`);
  return (result[0]?.values ?? []).map(([at]) => at * 1000);
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(async () => {
  programs = await agentTestPrograms();
  dir = mkdtempSync(join(tmpdir(), 'promha-profile-'));
  const good = await serve(() => lines('work', ALERTS) + lines('noisy', 10));
  const bad = await serve(() => lines('bad', exploded ? 5_000 : 5));
  bundle = {
    version: 1,
    global: { scrapeInterval: '1s', evaluationInterval: '1s' },
    externalLabels: {},
    droppable: 'noisy',
    scrapeLimits: { samples: 1_000, labels: 30, labelValueLength: 200, body: '10MB' },
    rules: {
      'a.yml': `groups:\n  - name: a\n    rules:\n      - alert: Waits\n        expr: work > 0\n        for: 1h\n`,
    },
    targets: { good: `- targets: ['127.0.0.1:${good}']\n`, bad: `- targets: ['127.0.0.1:${bad}']\n` },
    alertmanager: '',
  };
  write('normal');
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const log = openSync(join(dir, 'log'), 'w');
  prometheus = spawn(
    join(programs.bin, 'prometheus'),
    ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`],
    { cwd: dir, stdio: ['ignore', log, log] },
  );
  await eventually('pending alerts', async () => Object.keys(await pending()).length === ALERTS);
}, 120_000);

afterAll(async () => {
  prometheus?.kill('SIGKILL');
  for (const server of servers) server.close().closeAllConnections();
  rmSync(dir, { recursive: true, force: true });
  programs?.remove();
});

test('down and back no pending alert begins anew, and no sample is missing of what is kept', async () => {
  const before = await pending();
  expect(Object.keys(before)).toHaveLength(ALERTS);
  const seen: Record<string, unknown>[] = [];
  for (const profile of ['reduced', 'normal', 'reduced', 'normal'] as const) {
    write(profile);
    expect(await reload()).toBeNull();
    const began = Date.now();
    const reset = new Set<string>();
    // Looked at all the time: an alert that is gone for a moment began anew.
    while (Date.now() - began < WATCHED_MS) {
      const now = await pending();
      for (const n of Object.keys(before)) if (now[n] !== before[n]) reset.add(n);
      await sleep(200);
    }
    const times = (await samplesOf('work{n="0"}', 40)).filter((at) => at > began);
    const gaps = [...times, Date.now()].map((at, i) => at - (times[i - 1] ?? began));
    seen.push({ profile, reset: reset.size, late: Math.max(...gaps) > MOST_GAP_MS });
    if (profile === 'reduced') expect(await value('count(noisy)')).toBeNull();
  }
  expect(seen).toEqual(
    ['reduced', 'normal', 'reduced', 'normal'].map((profile) => ({ profile, reset: 0, late: false })),
  );
  await eventually('the dropped series', async () => (await value('count(noisy)')) === 10);
}, 180_000);

test('a target that explodes fails as a whole, and the rest goes on', async () => {
  exploded = true;
  await eventually('the failure', async () => (await value('up{job="bad"}')) === 0);
  await sleep(3_000);
  const times = await samplesOf('work{n="0"}', 5);
  expect(times.length).toBeGreaterThanOrEqual(3);
  expect(await value('max_over_time(count(last_over_time(bad[1m]))[30s:1s])')).toBe(5);
  exploded = false;
  await eventually('the way back', async () => (await value('count(bad)')) === 5);
}, 60_000);
