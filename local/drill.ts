import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { stayAwake } from '../lib/shell/async/stay-awake';
import { hint } from '../lib/contract/nearest';
import { UserError } from '../lib/contract/errors';
import { ConfigurationError } from '../lib/infra/config/problems';
import type { BootDrill } from './boot/drills/drill';
import { BOOT_DRILLS, bootDrillsOf } from './boot/drills/boot-drills';
import { bootDrill } from './boot/drills/runner';
import { DRILL_NAMES } from './drill-names';
import { drill, type DrillOptions } from './drills/drill';
import { betweenRuns, MARATHON, marathonOf } from './drills/marathon';
import { renderSummary } from './drills/judge/report';
import type { DrillResult } from './drills/judge/result';
import type { Scenario } from './drills/scenario';
import { SCENARIOS, scenariosOf } from './drills/scenarios';
import { Cleanup } from './run/hosts/cleanup';
import { readTeeth, TEETH_OPTIONS, TEETH_USAGE, type Teeth } from './run/teeth';
import { whenToldToStop } from './run/told-to-stop';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Exit codes: 0 every check held, 1 one did not or the drill could not be done, 2 wrong call, 130 stopped. */
async function main(args: string[]): Promise<number> {
  const call = readCall(args);
  if (call === 'list') {
    const width = Math.max(...DRILL_NAMES.map((name) => name.length));
    for (const s of SCENARIOS) say(`${s.name.padEnd(width)}  ${s.what}${needsOf(s)}${leavesOf(s)}`);
    for (const b of BOOT_DRILLS) say(`${b.name.padEnd(width)}  ${b.what} (needs root and loop devices)`);
    return 0;
  }
  const stop = new AbortController();
  whenToldToStop(() => {
    say('\nstopping …');
    stop.abort(new Error('stopped'));
  });
  const cleanup = new Cleanup();
  let code: number;
  try {
    const needsThanos = call.scenarios.some((scenario) => scenario.needsThanos);
    const all = await oneAfterTheOther(call, { say, signal: stop.signal, cleanup, teeth: call.teeth, needsThanos });
    code = all.passed ? 0 : 1;
  } catch (error) {
    code = stop.signal.aborted ? 130 : isUsers(error) ? 2 : 1;
    if (!stop.signal.aborted) complain(error as Error);
  }
  const failed = await cleanup.run();
  for (const line of failed) say(`! ${line}`);
  if (stop.signal.aborted)
    say(failed.length === 0 ? 'stopped; nothing of the drill is left' : 'stopped, but not cleanly');
  return stop.signal.aborted ? 130 : failed.length > 0 ? 1 : code;
}

/** What was found so far is kept after each: a marathon takes hours. */
async function oneAfterTheOther(call: Call, options: DrillOptions): Promise<ReturnType<typeof together>> {
  const isMarathon = call.name === MARATHON;
  if (isMarathon) say(`seed ${call.seed}: ${call.scenarios.map(({ name }) => name).join(', ')}`);
  const results: DrillResult[] = [];
  const drills = [
    ...call.scenarios.map((scenario) => () => drill(scenario, call.runs, options)),
    ...call.boots.map((boot) => () => bootDrill(boot, call.runs, options)),
  ];
  let firstEndedAt: number | undefined;
  for (const one of drills) {
    const result = await one();
    say(`\n${renderSummary(result)}`);
    results.push(result);
    keep(call, together(call.name, results));
    firstEndedAt ??= Date.now();
    // What comes next would be hurt by what is left of this one.
    if (isMarathon && result.runs.some(({ error }) => error !== undefined)) break;
  }
  if (!isMarathon) return together(call.name, results);
  const between = betweenRuns(call.scenarios, results, firstEndedAt!);
  say(`\n${renderSummary(between)}`);
  return keep(call, together(call.name, [...results, between]));
}

function keep<T>({ json }: Call, results: T): T {
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
  return results;
}

/** One result under the name that was asked for; `parts` where that stands for several scenarios. */
function together(
  name: string,
  results: readonly DrillResult[],
): DrillResult | (Omit<DrillResult, 'summary'> & { readonly parts: readonly DrillResult[] }) {
  if (results.length === 1) return results[0]!;
  return {
    scenario: name,
    passed: results.every((r) => r.passed),
    runs: results.flatMap((r) => r.runs),
    parts: results,
  };
}

interface Call {
  readonly name: string;
  /** Of a marathon. */
  readonly seed: number;
  readonly scenarios: readonly Scenario[];
  readonly boots: readonly BootDrill[];
  readonly runs: number;
  readonly json: string | undefined;
  readonly teeth: Teeth;
}

/** @throws UserError */
function readCall(args: string[]): Call | 'list' {
  const usage = `npm run drill -- <scenario> [--json FILE] [--runs N] ${TEETH_USAGE}, npm run drill -- ${MARATHON} [--seed S], or npm run drill -- --list`;
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        list: { type: 'boolean' },
        json: { type: 'string' },
        runs: { type: 'string', default: '1' },
        seed: { type: 'string', default: '1' },
        ...TEETH_OPTIONS,
      },
    });
  } catch (error) {
    throw new UserError({ what: (error as Error).message, expected: usage, fix: 'call it like that' });
  }
  const { values, positionals } = parsed;
  if (values.list === true) return 'list';
  const [name = ''] = positionals;
  const wholeNumber = (option: 'runs' | 'seed'): number => {
    const value = Number(values[option]);
    if (Number.isSafeInteger(value) && value >= 1) return value;
    throw new UserError({
      what: `--${option} is not a number`,
      got: values[option],
      expected: 'an integer of at least 1',
      fix: usage,
    });
  };
  const [runs, seed] = [wholeNumber('runs'), wholeNumber('seed')];
  const scenarios = name === MARATHON ? marathonOf(seed, SCENARIOS) : scenariosOf(name);
  const boots = bootDrillsOf(name);
  if (scenarios.length + boots.length === 0 || positionals.length !== 1) {
    throw new UserError({
      what: positionals.length === 0 ? 'which drill?' : 'there is no such drill',
      got: positionals.join(' ') || 'no name',
      expected: `one of ${DRILL_NAMES.join(', ')}`,
      fix: `${usage}${hint(name, [...DRILL_NAMES, MARATHON])}`,
    });
  }
  return { name, seed, scenarios, boots, runs, json: values.json, teeth: readTeeth(values) };
}

/** A marathon leaves out what would not be as it was. */
const leavesOf = ({ leaves }: Scenario): string =>
  leaves === undefined ? '' : leaves === 'grown' ? ' (the system stays as it grew)' : ' (the system stays changed)';

const needsOf = (s: Scenario): string =>
  s.needsVolumes ? ' (needs root and loop devices)' : s.needsNamespaces ? ' (needs root)' : '';

/** What a person can correct: no stack of ours helps with that. */
const isUsers = (error: unknown): boolean => error instanceof UserError || error instanceof ConfigurationError;

function complain(error: Error): void {
  process.stderr.write(`\n${isUsers(error) ? error.message : (error.stack ?? error.message)}\n`);
}

stayAwake(() => main(process.argv.slice(2))).then(
  (code) => process.exit(code),
  (error: Error) => {
    complain(error);
    process.exit(isUsers(error) ? 2 : 1);
  },
);
