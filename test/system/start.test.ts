import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { httpGet } from '../../lib/shell/async/http-get';
import { namespacesAvailable } from '../../local/run/hosts/network';
import { findMarked, MARKS } from '../../local/run/hosts/processes';
import { runDir, runningState, type RunState } from '../../lib/shell/local/run-state';
import { devicesBelow } from '../../local/run/volumes/devices';
import { onThisMachine } from '../../local/tools';
import { FULL } from '../fixtures/full';

/** What README.md promises: start, kill the active node's Prometheus, see the other one take over, Ctrl-C. */
const PROJECT = join(__dirname, '..', '..');
const START_MS = 240_000;

let child: ChildProcess | undefined;
let output = '';

function start(): Promise<number | null> {
  child = spawn(process.execPath, [join(PROJECT, 'local', 'bootstrap.mjs'), 'local/start.ts'], {
    cwd: PROJECT,
    stdio: 'pipe',
  });
  output = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve) => child!.once('exit', resolve));
}

async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  for (const end = Date.now() + withinMs; !(await holds());) {
    if (child!.exitCode !== null) throw new Error(`npm start ended with ${child!.exitCode} before ${what}:\n${output}`);
    if (Date.now() > end) throw new Error(`${what} did not happen within ${withinMs / 1000} s:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** How many nodes a Thanos query asks; 0 when it is none that answers. */
async function sidecars(url: string): Promise<number> {
  try {
    // Not fetch: the first one of a process is lost where its connection is closed at once (test/unit/shell/closed-at-once).
    const answer = await httpGet(url, AbortSignal.timeout(5_000));
    return (JSON.parse(answer) as { data: { sidecar?: unknown[] } }).data.sidecar?.length ?? 0;
  } catch {
    return 0; // not yet
  }
}

function namespaces(): string[] {
  if (process.getuid?.() !== 0) return [];
  return execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.startsWith('promha-'));
}

function promha<T>(...args: string[]): T {
  const output = execFileSync(process.execPath, ['bin/promha.cjs', ...args, '--local', '--json'], {
    cwd: PROJECT,
    encoding: 'utf8',
  });
  return JSON.parse(output) as T;
}

/** Queries of our dashboards that answer nothing. A rate needs two samples: soon after a start there are some. */
function silentPanels(): string[] {
  const args = ['bin/promha.cjs', 'grafana', '--check', '--local', '--json'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: PROJECT, encoding: 'utf8' });
  const { answers } = JSON.parse(stdout) as { answers: { panel: string; expr: string; well: boolean }[] };
  return answers.flatMap(({ panel, expr, well }) => (well ? [] : [`${panel}: ${expr}`]));
}

/** Loop devices of volumes; none on a machine that cannot have them. */
const devices = (): Promise<string[]> => devicesBelow(runDir()).catch(() => []);

beforeAll(() => {
  const other = runningState();
  if (other !== null) throw new Error(`a local system runs already (process ${other.pid}); stop it to run this test`);
});

afterAll(async () => {
  if (child?.exitCode === null) await ctrlC();
});

/** Ends what runs as Ctrl-C does. */
async function ctrlC(): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => child!.once('exit', resolve));
  child!.kill('SIGINT');
  return ended;
}

async function nothingIsLeft(runId: string): Promise<void> {
  expect(findMarked({ [MARKS.run]: runId })).toEqual([]);
  expect(namespaces()).toEqual([]);
  expect(await devices()).toEqual([]);
  expect(existsSync(runDir())).toBe(false);
}

const isReady = (): boolean => /^ready$/m.test(output);

describe('npm start', () => {
  test(
    'comes up, and when it was killed, the next one clears up and comes up',
    async () => {
      const killed = start();
      await until('`ready`', isReady, START_MS);
      const { runId, pid } = runningState()!;
      process.kill(pid, 'SIGKILL');
      await killed;
      void start();
      await until('`ready` again', isReady, START_MS);
      expect(output).toContain('clearing up');
      expect(findMarked({ [MARKS.run]: runId })).toEqual([]);
    },
    2 * START_MS,
  );

  test(
    'survives the loss of its active Prometheus, refuses a second one, and leaves nothing behind',
    async () => {
      const state = runningState() as RunState;
      const [, pid, active] = /kill -9 (\d+) +# (\S+)'s Prometheus/.exec(output)!;
      const standby = state.nodes.find((n) => n.node !== active)!.node;

      const second = spawn(process.execPath, ['local/bootstrap.mjs', 'local/start.ts'], { cwd: PROJECT });
      let refusal = '';
      second.stderr.setEncoding('utf8').on('data', (text: string) => (refusal += text));
      expect(await new Promise((resolve) => second.once('exit', resolve))).toBe(1);
      expect(refusal).toContain('a local system already runs');

      if ((await onThisMachine('thanos')) !== null) {
        const queries = `${state.urls['load balancer']}/api/v1/stores`;
        await until('Thanos asking both nodes', async () => (await sidecars(queries)) === state.nodes.length, 60_000);
        await until('data in every panel', () => silentPanels().length === 0, 60_000).catch(() =>
          expect(silentPanels()).toEqual([]),
        );
      }

      // By the function in the VPC, as from anywhere else.
      const { nodes } = promha<{ nodes: { ready: boolean }[] }>('status', '--via', 'relay');
      expect(nodes.map(({ ready }) => ready)).toEqual(state.nodes.map(() => true));
      process.kill(Number(pid), 'SIGKILL');
      await until('the take-over', () => output.includes(`${standby} alerts now`), 30_000);
      const history = promha<{ active: string; epoch: number }[]>('history');
      expect(history[0]).toMatchObject({ active: standby });
      expect(history.at(-1)).toMatchObject({ active, epoch: 1 });

      expect(await ctrlC()).toBe(0);
      expect(output).toContain('nothing is left running');
      await nothingIsLeft(state.runId);
    },
    START_MS,
  );

  test(
    'stopped in the middle of its start, leaves nothing behind either',
    async () => {
      void start();
      await until('the deployment', () => output.includes('cdk bootstrap'), START_MS);
      const { runId } = runningState()!;
      expect(await ctrlC()).toBe(0);
      await nothingIsLeft(runId);
    },
    START_MS + 60_000,
  );

  test(
    'ends when nobody reads what it says any more, and leaves nothing behind',
    async () => {
      const ended = start();
      await until('the deployment', () => output.includes('cdk bootstrap'), START_MS);
      const { runId } = runningState()!;
      for (const stream of [child!.stdout!, child!.stderr!]) stream.destroy();
      expect(await ended).toBe(0);
      await nothingIsLeft(runId);
    },
    START_MS + 60_000,
  );
});

/** It cuts hosts off: root on Linux. */
const canCut = namespacesAvailable().ok;

/** Five minutes, and beyond the twenty that `npm test` may take. */
(canCut && FULL ? describe : describe.skip)('npm run chaos', () => {
  test(
    'misses and loses nothing in three incidents, and leaves nothing behind',
    async () => {
      child = spawn(process.execPath, ['local/bootstrap.mjs', 'local/chaos/main.ts', '--faults', '5', '--seed', '7'], {
        cwd: PROJECT,
        stdio: 'pipe',
      });
      output = '';
      for (const stream of [child.stdout!, child.stderr!])
        stream.setEncoding('utf8').on('data', (text: string) => (output += text));
      const code = await new Promise((resolve) => child!.once('exit', resolve));
      expect(`${code} ${output}`).toMatch(/^0 [^]*3 incidents, 5 of 5 faults[^]*never worse than a plain pair/);
      expect(existsSync(runDir())).toBe(false);
    },
    START_MS + 3 * 240_000,
  );
});
