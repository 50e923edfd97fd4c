import { spawn, type ChildProcess } from 'node:child_process';
import { availableParallelism, setPriority } from 'node:os';
import { stayAwake } from '../lib/shell/async/stay-awake';
import { ifItCanBeHad, resolveTools, RUN_TOOLS, Stopped, stopOnSignals, tellChildren } from './tools';

/**
 * `npm test [-- jest arguments]`: the programs that tests need first, with progress; then Jest. `npm run test:full` draws more of
 * what is drawn by seed.
 */
async function main(): Promise<number> {
  const onProgress = (line: string): void => console.log(`· ${line}`);
  await stopOnSignals(async (signal) => {
    const tools = await resolveTools([...RUN_TOOLS, 'cfn-lint'], { onProgress, signal });
    for (const { note } of Object.values(tools)) if (note !== undefined) onProgress(note);
    // What needs it is skipped where it cannot be had.
    const thanos = await ifItCanBeHad('thanos', { onProgress, signal });
    tellChildren([...Object.values(tools), ...(thanos === null ? [] : [thanos])]);
  });
  const asked = process.argv.slice(2).filter((argument) => argument !== '--full');
  if (process.argv.includes('--full')) process.env.PROMHA_TEST_FULL = '1';
  // Half of their time they wait.
  if (asked.length === 1 && /^test\/unit\b/.test(asked[0]!)) return jest([...asked, ...workers(2 * CORES)]);
  if (asked.length > 0) return jest(asked);
  // What waits for programs most of the time, and beside it, in what it leaves of both cores, what only computes.
  const first = await Promise.all([
    jest(['test/contract', '--testPathIgnorePatterns', DEPLOYS, ...workers(CORES + 1)]),
    jest(['test/unit', 'test/infra', 'test/fuzz', DEPLOYS, ...workers(CORES)], 10),
  ]);
  // Nobody computes beside the whole system, whose probes would miss for want of both cores, but who gives way at once. The
  // simulation is in processes of its own: every AsyncLocalStorage that tests before it left behind (each file loads the SDK
  // anew) costs each of its promises a little, and it makes hundreds of millions.
  console.log('· system tests: the whole of it, started, hurt and stopped');
  const last = await Promise.all([
    jest(['test/system', '--runInBand']),
    jest(['test/simulation', ...workers(CORES)], 19),
  ]);
  return Math.max(...first, ...last);
}

/** Contract tests that synthesize and deploy: they compute, too. */
const DEPLOYS = 'test/contract/local/((deployment|upgrade|stack)-life|review)';
const CORES = availableParallelism();
const workers = (n: number): string[] => ['--maxWorkers', String(n)];
const running = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => running.forEach((c) => c.kill(signal)));

/** Returns its exit code. `nice`: its priority, inherited by what it starts. */
function jest(args: readonly string[], nice?: number): Promise<number> {
  const child = spawn(process.execPath, [require.resolve('jest/bin/jest'), ...args], { stdio: 'inherit' });
  if (nice !== undefined) setPriority(child.pid!, nice);
  running.add(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => {
      running.delete(child);
      if (signal !== null) console.error(`Jest ended by ${signal}`);
      resolve(status ?? 1);
    });
  });
}

stayAwake(main).then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    process.exit(error instanceof Stopped ? 130 : 1);
  },
);
