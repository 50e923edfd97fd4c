import type { Check, Measurements, RunResult } from '../../contract/check';
import { judgeStep, smokeLimit, SMOKE_LIMITS, type SmokeStep } from './limits';

/** What came of one part. */
export interface StepOutcome {
  readonly step: SmokeStep;
  readonly measurements: Measurements;
  /** One sentence each. */
  readonly findings: readonly string[];
  /** There is nothing to try: why. */
  readonly skipped?: string;
}

/** What `promha smoke --json` prints: that of a drill with one run. */
export interface SmokeReport {
  readonly scenario: 'smoke';
  readonly cluster: string;
  readonly shard: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly passed: boolean;
  readonly steps: readonly SmokeStep[];
  readonly runs: readonly [RunResult];
}

/** `asked`: somebody was asked about the mail. `error`: why it did not come to its end. */
export function smokeReport(
  about: Pick<SmokeReport, 'cluster' | 'shard' | 'startedAt' | 'endedAt' | 'steps'>,
  outcomes: readonly StepOutcome[],
  asked: boolean,
  error: string | null,
): SmokeReport {
  const begun = outcomes.filter(({ skipped }) => skipped === undefined);
  const measurements: Measurements = Object.fromEntries(begun.flatMap((one) => Object.entries(one.measurements)));
  const checks = begun.flatMap(({ step, measurements: seen }) => judgeStep(step, seen, asked));
  const findings = outcomes.flatMap(({ step, findings: found, skipped }) => [
    ...(skipped === undefined ? [] : [`${step}: not tried. ${skipped}`]),
    ...found.map((what) => `${step}: ${what}`),
  ]);
  const whole = error === null && outcomes.length === about.steps.length;
  return {
    scenario: 'smoke',
    ...about,
    passed: whole && checks.length > 0 && checks.every(({ passed }) => passed),
    runs: [{ measurements, checks, findings, ...(error === null ? {} : { error }) }],
  };
}

export function renderSmoke({ cluster, shard, passed, steps, runs: [run] }: SmokeReport): string {
  const rows = steps.flatMap((step) => {
    const checks = run.checks.filter(({ name }) => name in SMOKE_LIMITS[step]);
    return [`${step}${checks.length === 0 ? ': nothing was measured' : ''}`, ...checks.map(row)];
  });
  return [
    ...rows,
    ...run.findings.map((finding) => `  - ${finding}`),
    ...(run.error === undefined ? [] : [`  FAILED: ${run.error}`]),
    `smoke, cluster ${cluster}, shard ${shard}: ${passed ? 'every check held' : 'FAILED'}`,
    '',
  ].join('\n');
}

function row({ name, value, passed, rule, limit, unit }: Check): string {
  const shown = value === null ? 'none' : Number.isInteger(value) ? String(value) : value.toFixed(1);
  return `  ${passed ? 'ok  ' : 'FAIL'} ${shown.padStart(6)} ${unit.padEnd(1)}  ${smokeLimit(name).meaning}  (${rule} ${limit})`;
}
