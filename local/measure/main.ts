/**
 * `npm run measure [-- <drill>… | --from FILE] [--runs N] [--resume]`: runs the drills, keeps each one's figures under
 * docs/measurements/<version of this project>/, and writes docs/measurements.md from all that is kept.
 * `npm run measure -- quiet`: lets nothing happen for some minutes and keeps what was called, for `promha cost`.
 * Exit codes: 0 every drill held, 1 one did not, 2 wrong call, 130 stopped.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { version } from '../../package.json';
import { UserError } from '../../lib/contract/errors';
import { stayAwake } from '../../lib/shell/async/stay-awake';
import { DRILL_NAMES, drillNamesOf } from '../drill-names';
import { Cleanup } from '../run/hosts/cleanup';
import { namespacesAvailable } from '../run/hosts/network';
import { TEETH } from '../run/teeth';
import { onThisMachine, resolveTools } from '../tools';
import { addPermissions, keepQuietRun, readVersion, writeMeasurementsPage, writeRecord } from './files';
import { isStale, keepDrill, type Circumstances } from './keep';
import { countQuietRun } from './quiet/quiet';
import { parseDrillResult } from './record';
import { whenToldToStop } from '../run/told-to-stop';

const ORDER = DRILL_NAMES;
const USAGE = 'npm run measure [-- quiet | <drill>… | --from FILE] [--runs N] [--resume]';
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Call {
  readonly drills: readonly string[];
  readonly from: readonly string[];
  readonly runs: string;
  readonly resume: boolean;
}

async function main(args: string[]): Promise<number> {
  if (args.length === 1 && args[0] === 'quiet') return quiet();
  const call = readCall(args);
  const here = await circumstances();
  for (const file of call.from) keep(readFileSync(file, 'utf8'), file, here);
  const code = call.from.length > 0 ? 0 : await measureAll(call, here);
  writeMeasurementsPage(ORDER);
  say('docs/measurements.md is written');
  return code;
}

/** Calls are counted in a system of their own: whoever looks at one that runs calls, too. */
async function quiet(): Promise<number> {
  const stop = new AbortController();
  whenToldToStop(() => stop.abort(new Error('stopped')));
  const cleanup = new Cleanup();
  try {
    const file = keepQuietRun(version, await countQuietRun({ say, signal: stop.signal, cleanup }));
    say(`${relative(process.cwd(), file)} is written; \`npx promha cost\` prices it`);
    return 0;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return 130;
  } finally {
    for (const line of await cleanup.run()) say(`! ${line}`);
  }
}

/** One after the other, each kept as soon as it is over: what is broken off goes on with --resume. */
async function measureAll({ drills, runs, resume }: Call, here: Circumstances): Promise<number> {
  const kept = new Map(readVersion(version).map((drill) => [drill.scenario, drill]));
  const wanted = drills.filter((name) => !resume || isStale(kept.get(name), { ...here, teeth: TEETH }));
  say(`${wanted.length} of ${drills.length} drills to measure, for version ${version}`);
  const dir = mkdtempSync(join(tmpdir(), 'prometheus-ha-measure-'));
  try {
    let code = 0;
    for (const [i, name] of wanted.entries()) {
      say(`\n=== ${name}, ${i + 1} of ${wanted.length}`);
      const file = join(dir, `${name}.json`);
      const ended = await drill(name, runs, file);
      if (ended === 130) return 130;
      if (existsSync(file)) {
        if (!keep(readFileSync(file, 'utf8'), file, here)) code = 1;
      } else {
        // 2: this machine cannot do it, such as volumes without root.
        say(`${name}: ended with ${ended} and without figures; nothing is kept of it`);
        if (ended !== 2) code = 1;
      }
    }
    return code;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Whether every check held. @throws UserError when there is nothing to keep */
function keep(text: string, file: string, here: Circumstances): boolean {
  const results = parseDrillResult(text, file);
  for (const result of results) {
    writeRecord(version, keepDrill(result, here));
    if (result.permissions !== undefined) addPermissions(version, result.permissions);
  }
  return results.every((result) => result.passed);
}

/** The drill as anybody calls it; Ctrl-C in a terminal reaches it by itself. */
async function drill(name: string, runs: string, file: string): Promise<number> {
  const main = join(__dirname, '../drill.ts');
  const args = [...process.execArgv, main, name, '--runs', runs, '--json', file];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const wait = (): void => undefined;
  process.on('SIGINT', wait);
  const forward = (): boolean => child.kill('SIGTERM');
  process.on('SIGTERM', forward);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('SIGINT', wait).off('SIGTERM', forward);
  return code ?? 130;
}

/** Versions are asked of the programs themselves: what is measured need not be what is deployed. */
async function circumstances(): Promise<Circumstances> {
  const onProgress = (line: string): void => say(`· ${line}`);
  const tools = await resolveTools(['prometheus', 'alertmanager', 'haproxy'], { onProgress });
  const thanos = await onThisMachine('thanos', { onProgress });
  const programs = [tools.prometheus, tools.alertmanager, tools.haproxy, ...(thanos === null ? [] : [thanos])];
  return {
    day: new Date().toISOString().slice(0, 10),
    cores: cpus().length,
    root: namespacesAvailable().ok,
    programs: {
      ...Object.fromEntries(programs.map((tool) => [tool.name, tool.version])),
      node: process.versions.node,
    },
  };
}

/** @throws UserError */
function readCall(args: string[]): Call {
  const fail = (what: string, got: string): never => {
    throw new UserError({ what, got, expected: USAGE, fix: 'npm run drill -- --list names the drills' });
  };
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        from: { type: 'string', multiple: true, default: [] },
        runs: { type: 'string', default: '1' },
        resume: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return fail((error as Error).message, args.join(' '));
  }
  const { values, positionals } = parsed;
  const unknown = positionals.find((name) => drillNamesOf(name).length === 0);
  if (unknown !== undefined) fail('there is no such drill', unknown);
  if (!/^[1-9]\d*$/.test(values.runs)) fail('--runs is not a number of runs', values.runs);
  const named = positionals.flatMap((name) => drillNamesOf(name));
  return { drills: named.length > 0 ? named : ORDER, from: values.from, runs: values.runs, resume: values.resume };
}

stayAwake(() => main(process.argv.slice(2))).then(
  (code) => process.exit(code),
  (error: Error) => {
    process.stderr.write(`\n${error instanceof UserError ? error.message : (error.stack ?? error.message)}\n`);
    process.exit(error instanceof UserError ? 2 : 1);
  },
);
