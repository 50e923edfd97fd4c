import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { stayAwake } from '../lib/shell/async/stay-awake';
import { ifItCanBeHad, resolveTools, RUN_TOOLS, Stopped, stopOnSignals } from './tools';

/** `npm test [-- jest arguments]`: the programs that tests need first, with progress; then Jest. */
async function main(): Promise<number> {
  const onProgress = (line: string): void => console.log(`· ${line}`);
  await stopOnSignals(async (signal) => {
    const tools = await resolveTools([...RUN_TOOLS, 'cfn-lint'], { onProgress, signal });
    for (const { note } of Object.values(tools)) if (note !== undefined) onProgress(note);
    // What needs it is skipped where it cannot be had.
    await ifItCanBeHad('thanos', { onProgress, signal });
  });
  const asked = process.argv.slice(2);
  if (asked.length > 0) return jest(asked);
  // In processes of their own: every AsyncLocalStorage that tests before them left behind (each file loads the SDK anew)
  // costs each of their promises a little, and they make hundreds of millions.
  const simulation = jest(['test/simulation']);
  // The whole system comes last and alone: it takes both cores, and its probes would miss for want of them.
  // Most of what is left waits for programs that run beside it.
  const workers = ['--maxWorkers', String(availableParallelism() + 1)];
  const parts = jest([...workers, '--testPathIgnorePatterns', '/node_modules/', '/test/simulation/', '/test/system/']);
  console.log('· system tests: the whole of it, started, hurt and stopped');
  const whole = jest(['test/system', '--runInBand']);
  return simulation || parts || whole;
}

function jest(args: readonly string[]): number {
  const { status, signal } = spawnSync(process.execPath, [require.resolve('jest/bin/jest'), ...args], {
    stdio: 'inherit',
  });
  if (signal !== null) console.error(`Jest ended by ${signal}`);
  return status ?? 1;
}

stayAwake(main).then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    process.exit(error instanceof Stopped ? 130 : 1);
  },
);
