import { createInterface } from 'node:readline/promises';
import { writeFileSync } from 'node:fs';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Measurements } from '../../contract/check';
import { hint } from '../../contract/nearest';
import { UserError } from '../../contract/errors';
import { SMOKE_STEPS, type SmokeStep } from '../../core/smoke/limits';
import { planSmoke } from '../../core/smoke/plan';
import { smokeReport, type SmokeReport, type StepOutcome } from '../../core/smoke/report';
import { reportStatus } from '../../core/status/status';
import { asUnreachable, NotNow } from '../exit';
import type { ClusterHandle } from '../cluster/cluster';
import { readCluster } from '../cluster/read-cluster';
import { deliveredSince, setAlarm, type AlarmSent } from '../smoke/alarm';
import { auditSince } from '../smoke/audit';
import type { Part, SmokeDeps } from '../smoke/deps';
import { killAlerting } from '../smoke/failover';
import { takeThanosAway } from '../smoke/fallback';
import { restoreSnapshot } from '../smoke/restore';
import { Undo } from '../smoke/undo';
import { lookUntil } from '../smoke/until';
import { checkWritable } from './audit';
import type { FaultInjector } from './inject-fault';

/** As commander has them. */
export interface SmokeOptions {
  readonly yesThisIsASandbox?: string;
  readonly ask: boolean;
  readonly only?: string;
  readonly report?: string;
}

export interface SmokeAsked {
  readonly steps: readonly SmokeStep[];
  /** Somebody is asked whether the mail came. */
  readonly ask: boolean;
  /** File that the report is written to as well. */
  readonly file: string | undefined;
}

/** Before anything else is asked. @throws UserError unless it was said that this is a sandbox, and for what cannot be done */
export function readSmokeOptions(options: SmokeOptions, cluster: string, isTerminal: boolean): SmokeAsked {
  const { yesThisIsASandbox: said, ask, only, report } = options;
  if (said !== cluster) {
    throw new UserError({
      what: 'nothing was done: promha smoke hurts a cluster, and nobody said that this one is a sandbox',
      got: said === undefined ? 'no --yes-this-is-a-sandbox' : `--yes-this-is-a-sandbox ${said}`,
      expected: `a cluster in an account of its own that nobody relies on; this one is ${cluster}`,
      fix: `if it is one: promha smoke --yes-this-is-a-sandbox ${cluster}`,
    });
  }
  if (report !== undefined) checkWritable('--report', report, 'smoke.json');
  const steps = only === undefined ? SMOKE_STEPS : stepsNamed(only);
  const asks = ask && steps.includes('alarm');
  if (asks && !isTerminal) {
    throw new UserError({
      what: 'nobody can be asked whether the mail arrived: this is no terminal',
      expected: 'a terminal, or --no-ask',
      fix: 'add --no-ask; what SNS says of the delivery is looked at in any case',
    });
  }
  return { steps, ask: asks, file: report };
}

function stepsNamed(text: string): SmokeStep[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !SMOKE_STEPS.some((step) => step === name));
  if (unknown === undefined) return SMOKE_STEPS.filter((step) => names.includes(step));
  throw new UserError({
    what: '--only names no part of the smoke test',
    got: unknown,
    expected: SMOKE_STEPS.join(', '),
    fix: `promha smoke --only failover,audit${hint(unknown, SMOKE_STEPS)}`,
  });
}

export interface SmokeCall extends SmokeAsked {
  readonly handle: ClusterHandle;
  readonly s3: S3Client;
  readonly kill: FaultInjector;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Between two parts: the next one's doing has to be told from the last one's. */
const WELL = { everyMs: 5_000, withinMs: 600_000 };

/** Does all of it and takes it back, also when it is interrupted or a part fails. @throws UserError when nothing was done */
export async function smoke(call: SmokeCall): Promise<SmokeReport> {
  const { handle, s3, steps, say } = call;
  const plan = planSmoke(reportStatus(await readCluster(handle, s3), Date.now()), steps);
  if (plan.kind === 'refuse') throw new NotNow({ what: `nothing was done. ${plan.because}`, fix: plan.fix });
  for (const sentence of plan.says) say(sentence);

  const startedAt = Date.now();
  const undo = new Undo();
  const outcomes: StepOutcome[] = [];
  let error: string | null = null;
  try {
    await allSteps({ ...call, undo }, call, outcomes, startedAt);
  } catch (failure) {
    error = call.signal.aborted ? 'It was interrupted.' : said(failure);
  }
  const left = await undo.all(say);
  const report = smokeReport(
    {
      cluster: handle.cluster,
      shard: handle.shard,
      startedAt: new Date(startedAt).toISOString(),
      endedAt: new Date().toISOString(),
      steps,
    },
    outcomes,
    call.ask,
    left.length === 0 ? error : [...(error === null ? [] : [error]), ...left].join(' '),
  );
  if (call.file !== undefined) writeFileSync(call.file, `${JSON.stringify(report, null, 2)}\n`);
  return report;
}

async function allSteps(
  deps: SmokeDeps,
  { steps, ask }: SmokeAsked,
  outcomes: StepOutcome[],
  startedAt: number,
): Promise<void> {
  let sent: AlarmSent | null = null;
  const parts: Readonly<Record<SmokeStep, Part>> = {
    alarm: async (all) => {
      sent = await setAlarm(all);
      return sent.measured;
    },
    failover: killAlerting,
    restore: restoreSnapshot,
    fallback: takeThanosAway,
    audit: (all) => auditSince(all, startedAt),
  };
  for (const step of steps) {
    if (step !== steps[0] && step !== 'audit') await wellAgain(deps);
    deps.say(`${step} …`);
    outcomes.push(await outcomeOf(step, parts[step], deps));
  }
  // Last of all: what SNS counted comes late, and whoever waits for the mail has been waiting long enough.
  const at = outcomes.findIndex(({ step }) => step === 'alarm');
  if (sent !== null && at >= 0) outcomes[at] = withMail(outcomes[at]!, await mailOf(deps, sent, ask));
}

/** A part that fails is told, and the next one tried. @throws when it was interrupted */
async function outcomeOf(step: SmokeStep, part: Part, deps: SmokeDeps): Promise<StepOutcome> {
  try {
    return { step, measurements: {}, findings: [], ...(await part(deps)) };
  } catch (failure) {
    if (deps.signal.aborted) throw failure;
    return { step, measurements: {}, findings: [said(failure)] };
  }
}

const said = (failure: unknown): string => (asUnreachable(failure, 'AWS') as Error).message;

async function wellAgain({ handle, s3, signal, say }: SmokeDeps): Promise<void> {
  let problems: readonly string[] = [];
  const well = await lookUntil({ ...WELL, signal }, async () => {
    const report = reportStatus(await readCluster(handle, s3), Date.now());
    if (problems.length === 0 && !report.healthy) say(`Waiting until all is well again: ${report.problems.join(' ')}`);
    problems = report.problems;
    return report.healthy ? true : null;
  });
  if (well === null)
    throw new Error(`Not well again in time, so that no further part was begun: ${problems.join(' ')}`);
}

async function mailOf({ signal, say }: SmokeDeps, sent: AlarmSent, ask: boolean): Promise<Measurements> {
  const { subscribed = 0 } = sent.measured.measurements;
  if (subscribed !== 0) say('Waiting for what SNS says that it delivered.');
  const delivered = subscribed === 0 ? 0 : await deliveredSince(sent, signal);
  return { delivered, ...(ask && { mailArrived: Number(await isArrived(signal)) }) };
}

const withMail = (outcome: StepOutcome, mail: Measurements): StepOutcome => ({
  ...outcome,
  measurements: { ...outcome.measurements, ...mail },
});

/** @throws AbortError when it is interrupted */
async function isArrived(signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await terminal.question('Did a mail "ALARM: …-relay-errors" arrive, and then an "OK: …"? [y/N] ', {
      signal,
    });
    return /^y(es)?$/i.test(typed.trim());
  } finally {
    terminal.close();
  }
}
