import { z } from 'zod';

/** What is needed of Stryker's report (mutation-testing-report-schema). */
const reportSchema = z.looseObject({
  files: z.record(
    z.string(),
    z.looseObject({
      mutants: z.array(
        z.looseObject({
          status: z.string(),
          mutatorName: z.string(),
          replacement: z.string().optional(),
          location: z.looseObject({ start: z.looseObject({ line: z.number() }) }),
        }),
      ),
    }),
  ),
});

export interface Survivor {
  readonly file: string;
  readonly line: number;
  readonly mutation: string;
  readonly how: string;
}

export interface Score {
  /** A folder of lib/core, or `all`. */
  readonly folder: string;
  readonly mutants: number;
  readonly caught: number;
  /** Caught in percent, 100 where there is no mutant. */
  readonly percent: number;
  /** Percent that is asked for. */
  readonly target: number;
}

/** Percent of mutants that tests have to catch. */
const TARGETS: Readonly<Record<string, number>> = { all: 85, failover: 95, alerts: 95 };
const DEFAULT_TARGET = 85;
/** Neither tried nor a judgement: they do not compile, or were left out on purpose. */
const NOT_COUNTED = ['CompileError', 'Ignored', 'Pending'];

/** A mutant is caught when a test fails. One that only makes tests slow is not: a time-out says nothing. */
export function score(report: unknown): { readonly scores: readonly Score[]; readonly survivors: readonly Survivor[] } {
  const counts = new Map<string, { mutants: number; caught: number }>();
  const survivors: Survivor[] = [];
  for (const [file, { mutants }] of Object.entries(reportSchema.parse(report).files)) {
    const folder = /lib\/core\/([^/]+)\//.exec(file)?.[1] ?? 'other';
    for (const mutant of mutants) {
      if (NOT_COUNTED.includes(mutant.status)) continue;
      const caught = mutant.status === 'Killed' || mutant.status === 'RuntimeError';
      for (const name of ['all', folder]) {
        const before = counts.get(name) ?? { mutants: 0, caught: 0 };
        counts.set(name, { mutants: before.mutants + 1, caught: before.caught + (caught ? 1 : 0) });
      }
      if (!caught) {
        const mutation = `${mutant.mutatorName}: ${mutant.replacement ?? ''}`.replace(/\s+/g, ' ').slice(0, 100);
        survivors.push({ file, line: mutant.location.start.line, mutation, how: mutant.status });
      }
    }
  }
  const scores = [...counts].map(([folder, { mutants, caught }]) => ({
    folder,
    mutants,
    caught,
    percent: Math.round((1000 * caught) / mutants) / 10,
    target: TARGETS[folder] ?? DEFAULT_TARGET,
  }));
  return {
    scores: scores.sort((a, b) => (a.folder === 'all' ? 1 : b.folder === 'all' ? -1 : a.folder < b.folder ? -1 : 1)),
    survivors,
  };
}

export const consecutiveFailures = (scores: readonly Score[]): Score[] => scores.filter((s) => s.percent < s.target);
