import { parseArgs } from 'node:util';
import { stayAwake } from '../lib/shell/async/stay-awake';
import { UserError } from '../lib/contract/errors';
import { ConfigurationError } from '../lib/infra/config/problems';
import { programPids } from './run/hosts/program-pids';
import { Cleanup } from './run/hosts/cleanup';
import type { Shown } from './run/events';
import type { System } from './run/parts';
import { localStore, waitForQueries, waitUntilReady } from './run/ready';
import { runDir } from '../lib/shell/local/run-state';
import type { SystemOptions } from './run/start-options';
import { startSystem } from './run/system';
import { pagesOf, renderTable, renderTry, withoutPage, type TableFacts } from './run/table';
import { readTeeth, TEETH_OPTIONS, TEETH_USAGE } from './run/teeth';
import { Terminal } from './run/terminal';
import { whenToldToStop } from './run/told-to-stop';

/** From the end of the deployment to a system in which every node works and one alerts. */
const READY_MS = 120_000;
/** HAProxy finds a target healthy after two checks, 5 s apart. Alerting does not wait for queries. */
const QUERIES_MS = 30_000;

const terminal = new Terminal();
const say = (text: string): void => terminal.say(text);

async function main(args: readonly string[]): Promise<number> {
  const { verbose, reach, teeth } = readCall(args);
  const stop = new AbortController();
  const cleanup = new Cleanup();
  let ends: (code: number) => void;
  const end = new Promise<number>((resolve) => (ends = resolve));
  whenToldToStop(() => {
    if (stop.signal.aborted) return; // already on the way out
    say('\nstopping …');
    stop.abort(new Error('stopped'));
    ends(0);
  });
  // What nobody caught must not leave things behind either.
  let defect = false;
  const onDefect = (error: Error): void => {
    defect = true;
    terminal.say(`! not caught, so everything is stopped: ${error.stack ?? error.message}`, 'bad');
    stop.abort(error);
    ends(1);
  };
  process.on('uncaughtException', onDefect).on('unhandledRejection', onDefect);
  let onNewRole = (): void => undefined;
  const onEvent = (line: string, shown?: Shown): void => {
    const tone = shown?.tone ?? (line.startsWith('!') ? 'bad' : 'faint');
    terminal.say(`${new Date().toISOString().slice(11, 23)}  ${line}`, tone);
    if (shown?.newRole) onNewRole();
  };

  let code: number;
  try {
    const onProgress = (line: string): void => terminal.begin(`· ${line}`);
    const system = await startSystem(
      { onProgress, onEvent, verbose, signal: stop.signal, builds: 'nothing', reach, teeth },
      cleanup,
      runDir(),
    );
    onProgress('waiting until every node works and one alerts');
    const { assignment } = await waitUntilReady(system.state, READY_MS, stop.signal);
    onProgress('waiting until the load balancer answers queries');
    const silent = await waitForQueries(system.state, QUERIES_MS, stop.signal);
    system.start.save({ ready: true });
    const facts = { pidOf: pidsOf(system), withoutPage: await withoutPage(pagesOf(system.state)) };
    say(renderTable(system.state, assignment!, facts));
    say(renderTry(system.state, assignment!, facts));
    if (silent.length > 0)
      terminal.say(`! queries are not answered yet (${silent.join('; ')}); alerting needs none`, 'bad');
    terminal.say('ready', 'good');
    // A fail-over is one change of two gates: the table once, when both have moved.
    let again: NodeJS.Timeout | undefined;
    onNewRole = () => {
      clearTimeout(again);
      again = setTimeout(() => void tableAgain(system, facts), 2_000);
    };
    code = await end;
    clearTimeout(again);
  } catch (error) {
    terminal.end();
    code = stop.signal.aborted && !defect ? 0 : fail(error as Error);
    cleanup.failed = code !== 0;
  }
  const failed = await cleanup.run();
  for (const line of failed) terminal.say(`! ${line}`, 'bad');
  if (stop.signal.aborted && failed.length === 0) {
    say('stopped; nothing is left running');
  }
  if (cleanup.logs !== null) say(`logs: ${cleanup.logs}`);
  return failed.length > 0 || defect ? 1 : code;
}

const pidsOf =
  ({ state, instances }: System): TableFacts['pidOf'] =>
  (node, program) =>
    program === 'agent'
      ? (instances.get(node)?.agentPid ?? null)
      : (programPids(state.runId, node, program)[0] ?? null);

/** Roles as they are now. A control bucket that a drill has stopped tells none: then there is no table. */
async function tableAgain({ state }: System, facts: TableFacts): Promise<void> {
  const read = await localStore(state)
    .readAssignment()
    .catch(() => null);
  if (read !== null) say(renderTable(state, read.assignment, facts));
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
function readCall(args: readonly string[]): Pick<SystemOptions, 'verbose' | 'reach' | 'teeth'> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'real-receivers': { type: 'boolean', default: false },
        'real-targets': { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        ...TEETH_OPTIONS,
      },
    });
    const reach = { receivers: values['real-receivers'], targets: values['real-targets'] };
    return { verbose: values.verbose, reach, teeth: readTeeth(values) };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError({
      what: (error as Error).message,
      expected: `npm start [-- --verbose] [--real-receivers] [--real-targets] ${TEETH_USAGE}`,
      fix: 'call it like that',
    });
  }
}

stayAwake(() => main(process.argv.slice(2))).then(
  (code) => process.exit(code),
  (error: Error) => process.exit(fail(error)),
);
