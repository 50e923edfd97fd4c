import * as fc from 'fast-check';
import { schedules, type Schedule } from './world/faults';
import { run, type Outcome } from './run';

export interface Exploration {
  readonly schedules: number;
  readonly seconds: number;
  readonly faults: Readonly<Record<string, number>>;
  /** By class of faults: the longest time without an alerting node, and the bound it had; ms. */
  readonly worst: Readonly<Record<string, { ms: number; limit: number; seen: number }>>;
  readonly longestTwoGates: number;
  readonly virtualHours: number;
  /** The smallest schedule found that breaks an invariant, and its story. */
  readonly failure: null | {
    readonly seed: number;
    readonly path: string;
    readonly schedule: Schedule;
    readonly outcome: Outcome;
  };
}

export interface ExploreOptions {
  readonly seed: number;
  readonly schedules: number;
  /** Fast-check's path to one counterexample: replays it at once. */
  readonly path?: string;
  readonly shrink?: boolean;
  readonly onProgress?: (done: number) => void;
}

/** Plays schedules until one breaks an invariant; shrinks that one. */
export async function explore(options: ExploreOptions): Promise<Exploration> {
  const began = performance.now();
  const faults: Record<string, number> = {};
  const worst: Record<string, { ms: number; limit: number; seen: number }> = {};
  let done = 0;
  let longestTwoGates = 0;
  let virtualMs = 0;
  const result = await fc.check(
    fc.asyncProperty(schedules, async (schedule) => {
      const outcome = await run(schedule);
      if (outcome.violations.length > 0) return false;
      for (const kind of outcome.exercised) faults[kind] = (faults[kind] ?? 0) + 1;
      for (const gap of outcome.gaps) {
        const w = (worst[gap.cls] ??= { ms: 0, limit: 0, seen: 0 });
        w.seen += 1;
        if (gap.ms > w.ms) Object.assign(w, { ms: gap.ms, limit: gap.limit });
      }
      longestTwoGates = Math.max(longestTwoGates, outcome.longestTwoGates);
      virtualMs += outcome.virtualMs;
      done += 1;
      options.onProgress?.(done);
      return true;
    }),
    {
      seed: options.seed,
      numRuns: options.schedules,
      ...(options.path === undefined ? {} : { path: options.path }),
      endOnFailure: options.shrink === false,
    },
  );
  const schedule = result.counterexample?.[0];
  return {
    schedules: done,
    seconds: (performance.now() - began) / 1000,
    faults,
    worst,
    longestTwoGates,
    virtualHours: virtualMs / 3_600_000,
    failure:
      schedule === undefined
        ? null
        : { seed: result.seed, path: result.counterexamplePath!, schedule, outcome: await run(schedule, true) },
  };
}

export { run };
export { plant, wasTouched } from './mistakes/hooks';
