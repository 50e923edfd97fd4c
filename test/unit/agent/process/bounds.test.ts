import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../../../../agent/process/bounds';
import { Supervisor } from '../../../../agent/process/supervisor';
import { eventually } from '../../../contract/agent/agent-tools';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'promha-bounds-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const supervise = (memoryMiB: number | null, oomScore?: number): Supervisor => {
  const marker = `--data=${dir}`;
  const args = ['-e', 'setInterval(() => {}, 1000)', '--', marker];
  const bounds = memoryMiB === null ? {} : { bounds: { memoryMiB } };
  return new Supervisor({
    name: 'program',
    command: () => ({ file: process.execPath, args, cwd: dir, ...bounds, ...(oomScore !== undefined && { oomScore }) }),
    marker,
    pidFile: join(dir, 'program.pid'),
    logFile: join(dir, 'program.log'),
    onExit: () => {},
    log: () => {},
  });
};

/** Of a running program: limit of its data segment in bytes, its order in running out of memory, its niceness. */
function boundsOf(pid: number): readonly [data: string, oom: string, nice: number] {
  const proc = (name: string): string => readFileSync(`/proc/${pid}/${name}`, 'utf8');
  const data = /^Max data size +(\S+)/m.exec(proc('limits'))![1]!;
  const stat = proc('stat');
  return [data, proc('oom_score_adj').trim(), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])];
}

test('a bounded program runs under its limits; one without, as the agent does', async () => {
  const [bounded, free] = [supervise(2_048), supervise(null)];
  const own = boundsOf(process.pid);
  bounded.start();
  await eventually('its limits', () => boundsOf(bounded.pid!)[2] >= Math.min(19, own[2] + 10));
  expect(boundsOf(bounded.pid!)).toEqual([String(2_048 * 2 ** 20), '1000', Math.min(19, own[2] + 10)]);
  await bounded.stop();
  free.start();
  await eventually('it runs', () => free.pid !== null);
  expect(boundsOf(free.pid!)).toEqual(own);
  await free.stop();
});

test('a program is started with its place in running out of memory, which need not be that of the agent', async () => {
  const own = Number(boundsOf(process.pid)[1]);
  const program = supervise(null, own + 7);
  program.start();
  await eventually('its place', () => boundsOf(program.pid!)[1] === String(own + 7));
  await program.stop();
});

test('a tool that can be run again is the first to go', () => {
  const { file, args } = tool('/bin/cat', ['/proc/self/oom_score_adj', '/proc/self/cmdline']);
  expect(execFileSync(file, args, { encoding: 'utf8' })).toBe(
    '1000\n/bin/cat\0/proc/self/oom_score_adj\0/proc/self/cmdline\0',
  );
});

test('what starts it is not what runs: it is found again by its own arguments, and its pid is its own', async () => {
  const first = supervise(2_048);
  first.start();
  const { pid } = first;
  await eventually('it runs', () => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(process.execPath));
  first.release();
  const next = supervise(2_048);
  expect(next.adopt()).toBe(true);
  expect(next.pid).toBe(pid);
  await next.stop();
});
