import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpGet } from '../../../lib/shell/async/http-get';
import { SCRAPE_LAG_QUERY } from '../../../lib/shell/probes/prober';
import { agentTestPrograms } from './agent-programs';
import { freePort } from './agent-tools';

/** Starts that are looked at: of a quick one there may be no look at which Prometheus was up and not ready. */
const STARTS = 20;

let programs: Awaited<ReturnType<typeof agentTestPrograms>>;
let dir: string;
let prometheus: ChildProcess | undefined;
beforeAll(async () => {
  programs = await agentTestPrograms();
  dir = mkdtempSync(join(tmpdir(), 'promha-ready-'));
  writeFileSync(join(dir, 'prometheus.yml'), 'scrape_configs: []\n');
}, 120_000);
afterAll(() => {
  prometheus?.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
  programs?.remove();
});

const statusOf = (url: string): Promise<string> =>
  httpGet(url, AbortSignal.timeout(2_000)).then(
    () => '200',
    (error: Error) => error.message,
  );

test('a query is refused until Prometheus is ready: a probe needs no further question', async () => {
  let refused = 0;
  for (let start = 0; start < STARTS && refused === 0; start += 1) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const log = openSync(join(dir, 'log'), 'a');
    const args = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`];
    const process = spawn(join(programs.bin, 'prometheus'), args, { cwd: dir, stdio: ['ignore', log, log] });
    prometheus = process;
    const query = `${url}/api/v1/query?query=${encodeURIComponent(SCRAPE_LAG_QUERY)}`;
    for (let ready = false; !ready;) {
      const answer = await statusOf(query);
      if (answer === 'HTTP 503') refused += 1;
      const then = await statusOf(`${url}/-/ready`);
      ready = then === '200';
      // Asked afterwards, so that becoming ready in between is no difference.
      if (answer === '200') expect(then).toBe('200');
      expect(process.exitCode).toBeNull();
    }
    expect(await statusOf(query)).toBe('200');
    process.kill('SIGKILL');
    await new Promise((resolve) => process.once('exit', resolve));
  }
  expect(refused).toBeGreaterThan(0);
}, 120_000);
