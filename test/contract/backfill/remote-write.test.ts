import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpacked } from '../../../agent/base/snappy';
import { resolveTools } from '../../../local/tools';
import { eventually, freePort } from '../agent/agent-tools';
import { countSamples, push } from '../tsdb/scrub-lab';

/** A node that backfills itself, and the user's remote_write: the other node has sent these samples already. */
const dir = mkdtempSync(join(tmpdir(), 'promha-remote-write-'));
let prometheus: ChildProcess;
let receiver: Server;
let url: string;
/** Every request, unpacked; labels are in it as they are. */
const received: Buffer[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      received.push(Buffer.from(unpacked(Buffer.concat(parts), 2 ** 24)));
      response.writeHead(204).end();
    });
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const sink = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  writeFileSync(
    join(dir, 'prometheus.yml'),
    `global: { scrape_interval: 1s }
storage: { tsdb: { out_of_order_time_window: 1d } }
scrape_configs: [{ job_name: own, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }]
remote_write: [{ url: '${sink}', queue_config: { batch_send_deadline: 1s } }]
`,
  );
  const { path, env } = (await resolveTools(['prometheus'])).prometheus;
  const args = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`];
  prometheus = spawn(path, [...args, '--web.enable-remote-write-receiver'], {
    cwd: dir,
    stdio: 'ignore',
    env: { ...process.env, ...env },
  });
  await eventually('it sends', () => received.some((one) => one.includes('process_cpu_seconds_total')), 60_000);
}, 90_000);

afterAll(async () => {
  const ended = once(prometheus, 'exit');
  prometheus.kill('SIGKILL');
  await ended;
  receiver.closeAllConnections();
  receiver.close();
  rmSync(dir, { recursive: true });
});

test('what is backfilled is stored, and not sent once more by remote_write', async () => {
  const now = Date.now();
  const sample = (__name__: string, at: number) => push(url, [{ labels: { __name__ }, samples: [[at, 1]] }]);
  await sample('backfilled', now);
  await sample('backfilled', now - 600_000);
  // Whatever came before this one is sent before it.
  await sample('marker', Date.now());
  await eventually('what came last is sent', () => received.some((one) => one.includes('marker')), 30_000);
  expect(await countSamples(url, 'backfilled', '1h')).toBe(2);
  const sent = Buffer.concat(received).toString('latin1').split('backfilled').length - 1;
  // The one of now.
  expect(sent).toBe(1);
});
