import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { stayAwake } from '../lib/shell/async/stay-awake';
import { hint } from '../lib/contract/nearest';
import { UserError } from '../lib/contract/errors';
import { ConfigurationError } from '../lib/infra/config/problems';
import { drill } from './drills/drill';
import { renderSummary } from './drills/judge/report';
import type { DrillResult } from './drills/judge/result';
import type { Scenario } from './drills/scenario';
import { SCENARIOS, scenariosOf } from './drills/scenarios';
import { Cleanup } from './run/hosts/cleanup';
import { readTeeth, TEETH_OPTIONS, TEETH_USAGE, type Teeth } from './run/teeth';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Exit codes: 0 every check held, 1 one did not or the drill could not be done, 2 wrong call, 130 stopped. */
async function main(args: string[]): Promise<number> {
  const call = readCall(args);
  if (call === 'list') {
    const width = Math.max(...SCENARIOS.map((s) => s.name.length));
    for (const s of SCENARIOS) say(`${s.name.padEnd(width)}  ${s.what}${needsOf(s)}`);
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) return; // already on the way out; a second Ctrl-C must not leave things behind
      say('\nstopping …');
      stop.abort(new Error('stopped'));
    });
  }
  const cleanup = new Cleanup();
  let code: number;
  try {
    const results: DrillResult[] = [];
    for (const scenario of call.scenarios) {
      const result = await drill(scenario, call.runs, { say, signal: stop.signal, cleanup, teeth: call.teeth });
      say(`\n${renderSummary(result)}`);
      results.push(result);
    }
    const all = together(call.name, results);
    if (call.json !== undefined) writeFileSync(call.json, `${JSON.stringify(all, null, 2)}\n`);
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
  readonly scenarios: readonly Scenario[];
  readonly runs: number;
  readonly json: string | undefined;
  readonly teeth: Teeth;
}

/** @throws UserError */
function readCall(args: string[]): Call | 'list' {
  const usage = `npm run drill -- <scenario> [--json FILE] [--runs N] ${TEETH_USAGE}, or npm run drill -- --list`;
  const names = SCENARIOS.map((s) => s.name).join(', ');
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        list: { type: 'boolean' },
        json: { type: 'string' },
        runs: { type: 'string', default: '1' },
        ...TEETH_OPTIONS,
      },
    });
  } catch (error) {
    throw new UserError({ what: (error as Error).message, expected: usage, fix: 'call it like that' });
  }
  const { values, positionals } = parsed;
  if (values.list === true) return 'list';
  const [name = ''] = positionals;
  const scenarios = scenariosOf(name);
  if (scenarios.length === 0 || positionals.length !== 1) {
    throw new UserError({
      what: positionals.length === 0 ? 'which drill?' : 'there is no such drill',
      got: positionals.join(' ') || 'no name',
      expected: `one of ${names}`,
      fix: `${usage}${hint(
        name,
        SCENARIOS.map((s) => s.name),
      )}`,
    });
  }
  const runs = Number(values.runs);
  if (!Number.isSafeInteger(runs) || runs < 1) {
    throw new UserError({
      what: '--runs is not a number of runs',
      got: values.runs,
      expected: 'an integer of at least 1',
      fix: usage,
    });
  }
  return { name, scenarios, runs, json: values.json, teeth: readTeeth(values) };
}

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
