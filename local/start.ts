import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { stayAwake } from '../lib/shell/async/stay-awake';
import { UserError } from '../lib/contract/errors';
import { ConfigurationError } from '../lib/infra/config/problems';
import { programPids } from './run/actions/actions';
import { Cleanup } from './run/hosts/cleanup';
import { waitUntilReady } from './run/ready';
import { runDir } from '../lib/shell/local/run-state';
import { startSystem } from './run/system';
import { renderTable } from './run/table';

/** From the end of the deployment to a system in which every node works and one alerts. */
const READY_MS = 120_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(args: readonly string[]): Promise<number> {
  const { receivers, targets } = readCall(args);
  const stop = new AbortController();
  const cleanup = new Cleanup();
  let ends: (code: number) => void;
  const end = new Promise<number>((resolve) => (ends = resolve));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) return; // already on the way out; a second Ctrl-C must not leave things behind
      say('\nstopping …');
      stop.abort(new Error('stopped'));
      ends(0);
    });
  }
  const clock = (line: string): void => say(`${new Date().toISOString().slice(11, 23)}  ${line}`);

  let code: number;
  try {
    const system = await startSystem(
      {
        onProgress: (line) => say(`· ${line}`),
        onEvent: clock,
        signal: stop.signal,
        missingThanos: 'build-for-next-time',
        reach: { receivers, targets },
      },
      cleanup,
      runDir(),
    );
    say('· waiting until every node works and one alerts');
    const { assignment } = await waitUntilReady(system.state, READY_MS, stop.signal);
    system.start.save({ ready: true });
    const [pid] = programPids(system.state.runId, assignment!.active, 'prometheus');
    say(renderTable(system.state, assignment!, pid!));
    say('ready');
    code = await end;
  } catch (error) {
    code = stop.signal.aborted ? 0 : fail(error as Error);
    cleanup.failed = code !== 0;
  }
  const failed = await cleanup.run();
  for (const line of failed) say(`! ${line}`);
  if (stop.signal.aborted && failed.length === 0) {
    say('stopped; nothing is left running');
  }
  if (cleanup.failed && existsSync(runDir())) say(`logs: ${runDir()}/logs`);
  return failed.length > 0 ? 1 : code;
}

function fail(error: NodeJS.ErrnoException): number {
  const text =
    error.code === 'ENOSPC'
      ? `the disk is full: ${error.message}\n  fix: free some space, or set XDG_CACHE_HOME to a directory on a larger disk`
      : error instanceof UserError || error instanceof ConfigurationError
        ? error.message
        : (error.stack ?? error.message);
  process.stderr.write(`\n${text}\n`);
  return 1;
}

/** @throws UserError */
function readCall(args: readonly string[]): { receivers: boolean; targets: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { 'real-receivers': { type: 'boolean' }, 'real-targets': { type: 'boolean' } },
    });
    return { receivers: values['real-receivers'] === true, targets: values['real-targets'] === true };
  } catch (error) {
    throw new UserError({
      what: (error as Error).message,
      expected: 'npm start [-- --real-receivers] [--real-targets]',
      fix: 'call it like that',
    });
  }
}

stayAwake(() => main(process.argv.slice(2))).then(
  (code) => process.exit(code),
  (error: Error) => process.exit(fail(error)),
);
