import { within } from '../../lib/shell/async/within';
import type { RemedyTarget } from '../../lib/contract/documents/remedy';
import { METRICS, type MetricDefinition } from '../../lib/contract/metrics';
import { nextStep, noAttempts, noteAttempt, REMEDY_BUDGET_MS } from '../../lib/core/remedies/remedies';
import type { FunctionConfig } from '../shared/config';
import { log } from '../shared/log';
import { publish } from '../shared/metrics';
import { attemptOnce } from './connect';
import type { RemedyHook } from './hook';
import type { Lease } from './lease';

/** Of what the function may still run: for the last attempt and write. */
const MARGIN_MS = 15_000;
/** For a hook the time is longer: after it nothing is left to do. */
const HOOK_MARGIN_MS = 5_000;
/** How often it is asked whether somebody has paused meanwhile. */
const PAUSE_LOOK_MS = 10_000;

export interface RemedyOutcome {
  /** Whether this call tried at all. */
  readonly acted: boolean;
  readonly reconnected: boolean;
  readonly because: string;
}

export interface RemedyRun {
  readonly config: FunctionConfig;
  readonly target: RemedyTarget;
  readonly password: string | null;
  readonly hook: RemedyHook | undefined;
  readonly lease: Pick<Lease, 'take' | 'renew' | 'end'>;
  /** Why it is not to be tried, or null; asked again while it is tried. Never rejects. */
  readonly heldBack: () => Promise<string | null>;
  /** For how long this execution may still go on, ms. */
  readonly remainingMs: number;
}

/** Tries until the target answers as it should, or until it is given up. Says what it saw at each attempt. */
export async function runRemedy(run: RemedyRun): Promise<RemedyOutcome> {
  const { target, lease } = run;
  const remedy = target.name;
  const theirs = await lease.take();
  if (theirs !== null) {
    log('info', 'remedy-left-to-another', { remedy, because: theirs });
    return { acted: false, reconnected: false, because: theirs };
  }
  const hookEndsAt = performance.now() + run.remainingMs - HOOK_MARGIN_MS;
  const budgetMs = Math.min(REMEDY_BUDGET_MS, run.remainingMs - MARGIN_MS);
  let attempts = noAttempts(Date.now());
  let hooked: Promise<void> | null = null;
  let lookedAt = Date.now(); // whoever called this has just looked
  const stop = async (because: string): Promise<RemedyOutcome> => {
    log('info', 'remedy-held-back', { remedy, because });
    await Promise.all([lease.end(false, because), hooked]);
    return { acted: true, reconnected: false, because };
  };
  for (;;) {
    const step = nextStep(remedy, attempts, budgetMs, Date.now());
    if (step.do !== 'attempt') {
      const reconnected = step.do === 'reconnected';
      log(reconnected ? 'info' : 'error', `remedy-${step.do}`, { remedy, because: step.because });
      measure(run, [
        [METRICS.remedyReconnected, reconnected ? 1 : 0],
        [METRICS.remedyGaveUp, reconnected ? 0 : 1],
      ]);
      await Promise.all([lease.end(reconnected, step.because), hooked]);
      return { acted: true, reconnected, because: step.because };
    }
    await new Promise((resolve) => setTimeout(resolve, step.afterMs));
    if (!(await lease.renew())) {
      const because = `${remedy} is left to another call: this one stood still for too long.`;
      log('warn', 'remedy-left-to-another', { remedy, because });
      return { acted: true, reconnected: false, because };
    }
    if (Date.now() - lookedAt >= PAUSE_LOOK_MS) {
      const because = await run.heldBack();
      if (because !== null) return stop(because);
      lookedAt = Date.now();
    }
    const at = Date.now();
    const attempt = { at, ...(await attemptOnce(target.connect, run.password)) };
    attempts = noteAttempt(attempts, attempt);
    const { saw, detail } = attempt;
    log('info', 'remedy-attempt', { remedy, attempt: attempts.count, saw, detail, ms: Date.now() - at });
    measure(run, [[METRICS.remedyAttempts, 1]]);
    const failingFor = Date.now() - attempts.startedAt;
    if (run.hook && hooked === null && attempt.saw !== 'answers' && failingFor >= (target.hookAfterMs ?? 0)) {
      // It may restart what somebody is at work on: that must not follow a pause by even a few seconds.
      const because = await run.heldBack();
      if (because !== null) return stop(because);
      hooked = callHook(run.hook, { remedy, endpoint: target.connect, attempts }, hookEndsAt - performance.now());
    }
  }
}

/**
 * The user's code: whatever it does, attempts go on. One that does not end is waited for only as long as the function may
 * run: a function that Lambda has to end is called again by Lambda, and would call the hook again.
 */
async function callHook(hook: RemedyHook, context: Parameters<RemedyHook>[0], withinMs: number): Promise<void> {
  const { remedy } = context;
  log('info', 'remedy-hook-called', { remedy });
  try {
    const late = 'it has not ended in the time that the function may run';
    log('info', 'remedy-hook-ended', { remedy, because: await within(withinMs, hook(context), late) });
  } catch (error) {
    log('error', 'remedy-hook-failed', { remedy, error: (error as Error).message });
  }
}

/** Of the remedy, and of the shard, which the alarm watches. */
function measure(
  { config, target }: RemedyRun,
  values: readonly (readonly [metric: MetricDefinition, value: number])[],
): void {
  publish(
    config.cluster,
    config.shard,
    values.flatMap(([metric, value]) => [
      { metric, value },
      { metric, value, remedy: target.name },
    ]),
  );
}
