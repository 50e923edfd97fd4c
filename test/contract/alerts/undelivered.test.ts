import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { undeliveredQuery, undeliveredSaid } from '../../../lib/core/alerts/undelivered';
import { Prometheus } from '../../../lib/shell/prometheus/client';
import { resolveTools } from '../../../local/tools';
import { eventually } from '../agent/agent-tools';

/** One rule fires with more series than the notifier's queue holds, and the receiver refuses what it is sent. */
const HOST = '127.31.9.1';
const [RECEIVER, PROMETHEUS, ALERTMANAGER] = [9300, 9090, 9193].map((port) => `${HOST}:${port}`);
const QUEUE = 1_000;
const SERIES = 3_000;
const dir = mkdtempSync(join(tmpdir(), 'promha-undelivered-'));
const programs: ChildProcess[] = [];
let receiver: Server;

beforeAll(async () => {
  const exposed = Array.from({ length: SERIES }, (_, n) => `storm{n="${n}"} 1\n`).join('');
  receiver = createServer((request, response) => {
    const known = request.method === 'GET';
    request.resume().once('end', () => response.writeHead(known ? 200 : 400, TEXT).end(known ? exposed : ''));
  }).listen(9300, HOST);
  await once(receiver, 'listening');
  const write = (name: string, content: object): string => {
    writeFileSync(join(dir, name), JSON.stringify(content)); // JSON is YAML
    return join(dir, name);
  };
  const job = (name: string, target: string) => ({
    job_name: name,
    static_configs: [{ targets: [target], labels: { node: 'node-1' } }],
  });
  write('rules.yml', { groups: [{ name: 'a', rules: [{ alert: 'Storm', expr: 'storm > 0' }] }] });
  const prometheus = write('prometheus.yml', {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [ALERTMANAGER] }] }] },
    scrape_configs: [job('storm', RECEIVER!), job('prometheus', PROMETHEUS!), job('alertmanager', ALERTMANAGER!)],
  });
  const alertmanager = write('alertmanager.yml', {
    route: { receiver: 'pager', group_wait: '1s', group_interval: '1s' },
    receivers: [{ name: 'pager', webhook_configs: [{ url: `http://${RECEIVER}/` }] }],
  });
  const tools = await resolveTools(['prometheus', 'alertmanager']);
  const start = ({ path, env }: (typeof tools)['prometheus'], args: string[]): void =>
    void programs.push(spawn(path, args, { stdio: 'ignore', env: { ...process.env, ...env } }));
  start(tools.alertmanager, [
    `--config.file=${alertmanager}`,
    `--storage.path=${dir}/alertmanager`,
    `--web.listen-address=${ALERTMANAGER}`,
    '--cluster.listen-address=',
  ]);
  start(tools.prometheus, [
    `--config.file=${prometheus}`,
    `--storage.tsdb.path=${dir}/data`,
    `--web.listen-address=${PROMETHEUS}`,
    '--rules.alert.resend-delay=2s',
    `--alertmanager.notification-queue-capacity=${QUEUE}`,
  ]);
}, 60_000);

const TEXT = { 'Content-Type': 'text/plain; version=0.0.4' };

afterAll(async () => {
  for (const program of programs) {
    const ended = once(program, 'exit');
    program.kill('SIGKILL');
    await ended;
  }
  receiver.closeAllConnections();
  receiver.close();
  rmSync(dir, { recursive: true });
});

test('what a full queue drops and what a receiver refuses is counted, of that node', async () => {
  const own = new Prometheus(`http://${PROMETHEUS}`, { timeoutMs: 2_000 });
  const said = async (node: string): Promise<string[]> =>
    undeliveredSaid(await own.vector(undeliveredQuery(node, 3_600_000)!));
  const problems = await eventually(
    'both are said',
    async () => {
      const now = await said('node-1');
      return now.length === 2 && now;
    },
    60_000,
  );
  expect(problems.sort()).toEqual([
    expect.stringMatching(/^its Alertmanager gave up \d+ notifications by webhook \(clientError\)$/),
    expect.stringMatching(/^its Prometheus dropped \d+ posts of alerts: its queue was full/),
  ]);
  expect(await said('node-2')).toEqual([]);
}, 90_000);
