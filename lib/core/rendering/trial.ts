import type { BundleAddress, ConfigPointer } from '../../contract/documents/config';

/**
 * A new configuration is on trial on each node that loads it: on a standby first, which is the canary, then on the node that alerts.
 * Pure; the agent looks.
 */

/** A bundle that this node went back from, or never loaded, and why. */
export interface Refusal {
  readonly hash: string;
  /** Of the pointer: what is deployed again is tried again. */
  readonly generation?: number | undefined;
  readonly because: string;
}

/** What a node shall run. `source` null: what it runs. `refused`: why that is not what was deployed; null: it is. */
export interface Wanted {
  readonly source: BundleAddress | null;
  readonly refused: string | null;
}

/** `inForce`: what it runs, null before the first. `own`: what this node itself refuses. */
export function configToRun(pointer: ConfigPointer, inForce: string | null, own: Refusal | null): Wanted {
  const { lastGood = null, goodAt, refused } = pointer;
  if (own !== null && isOf(own, pointer)) return { source: lastGood, refused: own.because };
  if (refused !== undefined) {
    // With nothing else to run each node judges for itself.
    const source = lastGood ?? (inForce === null ? pointer : null);
    return { source, refused: `${refused.by} refuses it: ${refused.because}` };
  }
  // What boots in the middle of a trial is no canary before it works: it begins with what is known to.
  const begins = inForce === null && goodAt === undefined && lastGood !== null;
  return { source: begins ? lastGood : pointer, refused: null };
}

export const isOf = (refusal: Refusal, { hash, generation }: ConfigPointer): boolean =>
  refusal.hash === hash && refusal.generation === generation;

/** What rules cost and fire. */
export interface RuleWork {
  /** Time that all groups take, as a share of their intervals: 1 is one processor. */
  readonly load: number;
  /** The same of the group of which it is most; from 1 on it leaves evaluations out. */
  readonly busiest: number;
  /** Alerts that fire. */
  readonly firing: number;
}

export interface Trial {
  readonly hash: string;
  /** Of what ran before. */
  readonly before: RuleWork | null;
  /** Times in ms of a clock that is never set. */
  readonly beganAt: number;
  /** Since when it has been well; null: it is not. */
  readonly wellSince: number | null;
  readonly exits: number;
  /** Looks in a row at which its rules were too slow. */
  readonly slowLooks: number;
}

export interface TrialLook {
  /** Programs that ended since it was loaded, and were not told to. */
  readonly exits: number;
  /** Prometheus is ready and scrapes, and the gate has heard all that fires. */
  readonly primed: boolean;
  readonly rules: RuleWork | null;
  /** No other node works: this one may have to take over, or has. False where there is no other. */
  readonly needed: boolean;
}

export type TrialDecision =
  | { readonly kind: 'goes-on'; readonly trial: Trial }
  | { readonly kind: 'passed' }
  | { readonly kind: 'refuse'; readonly because: string };

/** What ends once may have been killed by somebody. */
const CRASH_LOOP = 2;
const TIMES = 10;
/** Tenfold of next to nothing is next to nothing. */
const LEAST = { load: 0.03, firing: 5 };
const SLOW_LOOKS = 3;
/** A WAL that is replayed meanwhile takes minutes. */
const UNWELL_MS = 5 * 60_000;

export const beginTrial = (hash: string, before: RuleWork | null, now: number): Trial => ({
  hash,
  before,
  beganAt: now,
  wellSince: null,
  exits: 0,
  slowLooks: 0,
});

/** `wellMs`: for how long it has to be well. */
export function judgeTrial(trial: Trial, look: TrialLook, wellMs: number, now: number): TrialDecision {
  const refuse = (because: string): TrialDecision => ({ kind: 'refuse', because });
  const { before, beganAt } = trial;
  const { exits, primed, rules, needed } = look;
  if (exits >= CRASH_LOOP) return refuse(`programs ended ${exits} times with it`);
  if (rules !== null && before !== null && rules.firing >= TIMES * Math.max(before.firing, LEAST.firing))
    return refuse(`${rules.firing} alerts fire with it, ${before.firing} without`);
  const slowLooks = rules !== null && isSlower(rules, before) ? trial.slowLooks + 1 : 0;
  if (slowLooks >= SLOW_LOOKS)
    return refuse(`its rules take ${percent(rules!.load)} of a processor, those before ${percent(before?.load ?? 0)}`);
  const isWell = primed && exits === trial.exits && slowLooks === 0;
  const wellSince = isWell ? (trial.wellSince ?? now) : null;
  if (!primed && needed) return refuse('it is not well with it, and no other node works');
  if (!primed && now - beganAt >= UNWELL_MS) return refuse(`it was not well with it within ${UNWELL_MS / 60_000} min`);
  if (wellSince !== null && now - wellSince >= wellMs) return { kind: 'passed' };
  return { kind: 'goes-on', trial: { ...trial, wellSince, exits, slowLooks } };
}

function isSlower(rules: RuleWork, before: RuleWork | null): boolean {
  const left = rules.busiest >= 1 && (before?.busiest ?? 0) < 1;
  return left || (before !== null && rules.load >= TIMES * Math.max(before.load, LEAST.load));
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** In a person's words. */
export function trialSaid({ hash, wellSince }: Trial, wellMs: number, now: number): string {
  const wellForS = wellSince === null ? 0 : Math.round((now - wellSince) / 1_000);
  return `it tries configuration ${shortHash(hash)}, and has been well with it for ${wellForS} of ${wellMs / 1_000} s`;
}

export const shortHash = (hash: string): string => hash.slice(0, 8);
