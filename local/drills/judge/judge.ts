import type { Limit } from './limit';
import { limitsOf, medianLimit, RUNS_FOR_MEDIAN } from './limits';
import { check, type Check, type Measurements, type RunResult } from '../../../lib/contract/check';
import type { DrillResult, Summary } from './result';
import type { Scenario } from '../scenario';

/** One run against the scenario's table of limits. What was not measured fails. */
export function judgeRun(scenario: Scenario, measurements: Measurements): Check[] {
  return limitsOf(scenario).map((l) =>
    check(l.measurement, measurements[l.measurement] ?? null, l.rule, l.limit, l.unit),
  );
}

/** All runs together: passed only if every run came to its end and every check held. */
export const judgeDrill = (scenario: Scenario, runs: readonly RunResult[]): DrillResult =>
  judgeRuns(scenario.name, limitsOf(scenario), medianLimit(scenario), runs);

/** The same by limits from elsewhere. `middle`: of the median. */
export function judgeRuns(
  name: string,
  limits: readonly Limit[],
  middle: Limit | null,
  runs: readonly RunResult[],
): DrillResult {
  const summary = summarize(limits, middle, runs);
  const passed =
    runs.length > 0 &&
    runs.every((r) => r.error === undefined && r.checks.length > 0 && r.checks.every((c) => c.passed)) &&
    summary.checks.every((c) => c.passed);
  return { scenario: name, passed, runs, summary };
}

function summarize(limits: readonly Limit[], middle: Limit | null, runs: readonly RunResult[]): Summary {
  const names = [...new Set(runs.flatMap((r) => Object.keys(r.measurements)))];
  const valuesOf = (name: string): number[] =>
    runs.map((r) => r.measurements[name] ?? null).filter((value) => value !== null);
  const measurements = Object.fromEntries(
    names
      .map((name) => [name, valuesOf(name)] as const)
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => [name, { median: median(values), worst: Math.max(...values) }]),
  );
  const checks = limits.map((l) => {
    const values = runs.map((r) => r.measurements[l.measurement] ?? null);
    return check(`${l.measurement} (worst)`, worstOf(values, l.rule, l.limit), l.rule, l.limit, l.unit);
  });
  if (middle !== null && runs.length >= RUNS_FOR_MEDIAN) {
    const values = runs.map((r) => r.measurements[middle.measurement] ?? Infinity);
    checks.push(check(`${middle.measurement} (median)`, median(values), middle.rule, middle.limit, middle.unit));
  }
  return { measurements, checks };
}

/** The value that is furthest on the wrong side; null as soon as one run has none. */
function worstOf(values: readonly (number | null)[], rule: Check['rule'], limit: number): number | null {
  if (values.length === 0 || values.includes(null)) return null;
  const known = values as number[];
  if (rule === 'at most') return Math.max(...known);
  if (rule === 'at least') return Math.min(...known);
  return known.reduce((worst, value) => (Math.abs(value - limit) > Math.abs(worst - limit) ? value : worst));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
