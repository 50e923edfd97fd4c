/**
 * `npm run chaos [-- --faults N --seed S --json FILE --resume --only N --list --mistake NAME]`: faults of all kinds at random moments, up to three in an incident,
 * a plain pair and the oracle beside. Exit codes: 0 nothing was missed or lost, and all else was at most the pair's; 1 not so, or an
 * incident did not come to its end; 2 wrong call; 130 stopped.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { UserError } from '../../lib/contract/errors';
import { stayAwake } from '../../lib/shell/async/stay-awake';
import { playOnce, type DrillOptions } from '../drills/drill';
import type { InForce } from '../drills/run';
import { Cleanup } from '../run/hosts/cleanup';
import { readTeeth, TEETH_OPTIONS, TEETH_USAGE, type Teeth } from '../run/teeth';
import { faultInWords, scenarioOf } from './incident';
import { isMistake, MISTAKE_NAMES, withMistake } from './mistakes';
import { faultsForEach, planOf, type PlannedIncident } from './plan';
import { parseChaosRecord, problemsOf, recordText, summaryOf, type ChaosRecord, type PlayedIncident } from './record';
import { whenToldToStop } from '../run/told-to-stop';

const USAGE = `npm run chaos [-- --faults N --seed S --json FILE [--resume] --only N --list --mistake NAME] ${TEETH_USAGE}`;
const COMMIT = commit();
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Call {
  readonly seed: number;
  readonly faults: number;
  readonly only: number | undefined;
  readonly json: string | undefined;
  readonly resume: boolean;
  readonly list: boolean;
  readonly teeth: Teeth;
  readonly mistaken: DrillOptions['mistaken'];
}

async function main(args: string[]): Promise<number> {
  const call = readCall(args);
  const plan = planOf(call.seed, call.faults).filter(({ number }) => number === (call.only ?? number));
  if (call.list) {
    for (const { number, faults } of plan) say(`${number}: ${faults.map(faultInWords).join('; ')}`);
    return 0;
  }
  const stop = new AbortController();
  whenToldToStop(() => {
    say('\nstopping …');
    stop.abort(new Error('stopped'));
  });
  let record = begunRecord(call);
  const keep = (): void => {
    if (call.json !== undefined) writeFileSync(call.json, recordText(record));
  };
  const left = plan.filter((planned) => !record.incidents.some((played) => isPlayed(planned, played)));
  record = {
    ...record,
    incidents: record.incidents.filter(({ number }) => left.every((one) => one.number !== number)),
  };
  if (record.incidents.length > 0) say(`${record.incidents.length} incidents are kept; ${left.length} are left`);
  const took = (one: PlayedIncident): void => {
    record = { ...record, incidents: [...record.incidents, one].sort((a, b) => a.number - b.number) };
    keep();
  };
  keep();
  while (left.length > 0 && !stop.signal.aborted) await inOneSystem(left, call, stop.signal, took);
  say(`\n${summaryOf(record)}`);
  if (stop.signal.aborted) return 130;
  return problemsOf(record).length === 0 ? 0 : 1;
}

/** Plays and takes from `left` until nothing is, or the system is not what the next one would need. */
async function inOneSystem(
  left: PlannedIncident[],
  { teeth, mistaken }: Call,
  signal: AbortSignal,
  took: (played: PlayedIncident) => void,
): Promise<void> {
  const cleanup = new Cleanup();
  try {
    const options: DrillOptions = { say, signal, cleanup, teeth, ...(mistaken === undefined ? {} : { mistaken }) };
    const inForce: InForce = { undo: null };
    for (let broken = false; left.length > 0 && !broken;) {
      const incident = left[0]!;
      say(`\nincident ${incident.number}, seed ${incident.seed}`);
      const at = new Date().toISOString();
      const { measurements, findings, error } = await playOnce(scenarioOf(incident), options, inForce);
      left.shift();
      const played = { ...incident, commit: COMMIT, at, measurements, findings };
      took(error === undefined ? played : { ...played, error });
      for (const line of [...findings, ...(error === undefined ? [] : [error])]) say(`    - ${line}`);
      broken = error !== undefined;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    for (const line of await cleanup.run()) say(`! ${line}`);
  }
}

/** The last one of a shorter plan, or one of an earlier version of the plan, is another one. */
const isPlayed = (planned: PlannedIncident, { number, seed, faults }: PlannedIncident): boolean =>
  planned.number === number && planned.seed === seed && JSON.stringify(planned.faults) === JSON.stringify(faults);

/** @throws UserError when there is nothing to go on with */
function begunRecord({ seed, faults, json, resume }: Call): ChaosRecord {
  const fresh = { seed, faults, incidents: [] };
  if (!resume) return fresh;
  if (json === undefined || !existsSync(json)) return fresh;
  const found = parseChaosRecord(readFileSync(json, 'utf8'), json);
  if (found.seed !== seed)
    throw new UserError({
      what: 'the record is of another plan',
      where: json,
      got: `seed ${found.seed}`,
      expected: `seed ${seed}`,
      fix: `call it with --seed ${found.seed}, or keep this one elsewhere`,
    });
  return { ...fresh, incidents: found.incidents };
}

/** Of the project, as it is on disk when the run begins. */
function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', __dirname, ...args], { encoding: 'utf8' }).trim();
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : '+changes'}`;
}

/** @throws UserError */
function readCall(args: string[]): Call {
  const wrong = (what: string, got: string, expected = USAGE): UserError =>
    new UserError({ what, got, expected, fix: USAGE });
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        faults: { type: 'string' },
        seed: { type: 'string', default: '1' },
        only: { type: 'string' },
        json: { type: 'string' },
        resume: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        mistake: { type: 'string' },
        ...TEETH_OPTIONS,
      },
    }));
  } catch (error) {
    throw wrong((error as Error).message, args.join(' '));
  }
  const number = (name: 'faults' | 'seed' | 'only'): number => {
    const value = Number(values[name]);
    if (!Number.isSafeInteger(value) || value < 1)
      throw wrong(`--${name} is no number`, values[name] ?? 'nothing', 'an integer of at least 1');
    return value;
  };
  const { json, resume, list, mistake } = values;
  if (mistake !== undefined && !isMistake(mistake))
    throw wrong('there is no such mistake', mistake, `one of ${MISTAKE_NAMES.join(', ')}`);
  if (resume && json === undefined) throw wrong('--resume of what?', 'no --json FILE');
  const seed = number('seed');
  return {
    seed,
    faults: values.faults === undefined ? faultsForEach(seed) : number('faults'),
    only: values.only === undefined ? undefined : number('only'),
    json,
    resume,
    list,
    teeth: readTeeth(values),
    mistaken: mistake === undefined ? undefined : (agent) => withMistake(mistake, agent),
  };
}

stayAwake(() => main(process.argv.slice(2))).then(
  (code) => process.exit(code),
  (error: Error) => {
    const isUsers = error instanceof UserError;
    process.stderr.write(`\n${isUsers ? error.message : (error.stack ?? error.message)}\n`);
    process.exit(isUsers ? 2 : 1);
  },
);
