import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSync } from 'esbuild';

jest.setTimeout(30_000);

const STALLED_MS = 1_000;
let dir: string;
let program: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'promha-loop-'));
  program = join(dir, 'watch.cjs');
  buildSync({ entryPoints: ['agent/base/loop-watch.ts'], outfile: program, bundle: true, platform: 'node' });
});
afterAll(() => rmSync(dir, { recursive: true }));

/** A process whose loop is watched and that then does `work`; how it ended, and what it and its watch had said. */
async function watched(work: string, during: (pid: number) => Promise<void> = async () => {}) {
  const logFile = join(dir, `${Math.random()}.log`);
  const options = JSON.stringify({ node: 'node-1', logFile, stalledMs: STALLED_MS, lookMs: 50 });
  const hold = 'const hold = (ms) => { for (const end = Date.now() + ms; Date.now() < end;); };';
  const script = `require(${JSON.stringify(program)}).watchLoop(${options}); ${hold} ${work}`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<unknown>((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
  await during(child.pid!);
  return { how: await ended, said, logFile };
}

test('a loop that stands still ends the process, which says so in both its logs', async () => {
  const { how, said, logFile } = await watched('setTimeout(() => hold(20_000), 300)');
  expect(how).toBe('SIGKILL');
  const line: unknown = JSON.parse(said);
  expect(line).toMatchObject({ level: 'error', event: 'agent-loop-stalled', node: 'node-1', stoodMs: STALLED_MS });
  expect(JSON.parse(readFileSync(logFile, 'utf8'))).toEqual(line);
});

test('one that turns now and then goes on', async () => {
  const { how, said } = await watched(
    'let n = 0; const turn = () => (n++ < 3 ? (hold(600), setTimeout(turn, 120)) : process.exit(7)); setTimeout(turn, 100)',
  );
  expect([how, said]).toEqual([7, '']);
});

test('a process that was stopped, and then goes on, has not stood still', async () => {
  const { how, said } = await watched('setTimeout(() => process.exit(7), 1_000)', async (pid) => {
    await sleep(500);
    process.kill(pid, 'SIGSTOP');
    await sleep(3 * STALLED_MS);
    process.kill(pid, 'SIGCONT');
  });
  expect([how, said]).toEqual([7, '']);
});

test('a watch keeps nobody from ending', async () => {
  expect((await watched('')).how).toBe(0);
});
