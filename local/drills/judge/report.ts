import { RUNS_FOR_MEDIAN } from './limits';
import { MEANING } from './meaning';
import type { Check, RunResult } from '../../../lib/contract/check';
import type { DrillResult } from './result';

export function renderRun(number: number, total: number, run: RunResult): string {
  const lines = [`run ${number} of ${total}`];
  if (run.error !== undefined && Object.keys(run.measurements).length === 0) {
    return `${lines[0]!}: did not come to its end\n    ${run.error}`;
  }
  for (const [name, value] of Object.entries(run.measurements)) {
    const verdict = run.checks.find((c) => c.name === name);
    lines.push(row(name, value, verdict));
  }
  for (const finding of run.findings) lines.push(`    - ${finding}`);
  if (run.error !== undefined) lines.push(`    FAILED: ${run.error}`);
  return lines.join('\n');
}

function row(name: string, value: number | null, verdict: Check | undefined): string {
  const [unit, meaning] = MEANING[name] ?? ['', name];
  const mark = verdict === undefined ? '    ' : verdict.passed ? 'ok  ' : 'FAIL';
  const limit = verdict === undefined ? '' : `  (${verdict.rule} ${verdict.limit})`;
  return `  ${mark} ${number(value).padStart(8)} ${unit.padEnd(1)}  ${meaning}${limit}`;
}

export function renderSummary(result: DrillResult): string {
  if (result.runs.every((r) => r.error !== undefined && Object.keys(r.measurements).length === 0)) {
    return `${result.scenario}: FAILED`;
  }
  const lines = [
    `${result.scenario}: ${result.runs.length} run(s)`,
    `  ${'median'.padStart(13)} ${'worst'.padStart(8)}`,
  ];
  for (const [name, { median, worst }] of Object.entries(result.summary.measurements)) {
    const [unit, meaning] = MEANING[name] ?? ['', name];
    lines.push(`  ${number(median).padStart(13)} ${number(worst).padStart(8)} ${unit.padEnd(1)}  ${meaning}`);
  }
  if (result.runs.length < RUNS_FOR_MEDIAN)
    lines.push(`  medians are judged from ${RUNS_FOR_MEDIAN} runs on (--runs ${RUNS_FOR_MEDIAN})`);
  // What was never measured says nothing: of a run that did not come to its end, only why.
  const broken = result.runs.some((r) => r.error !== undefined);
  const failed = broken ? [] : result.summary.checks.filter((c) => !c.passed);
  for (const c of failed)
    lines.push(`  FAIL ${c.name}: ${number(c.value)} ${c.unit}, expected ${c.rule} ${c.limit} ${c.unit}`);
  lines.push(result.passed ? `${result.scenario}: every check held` : `${result.scenario}: FAILED`);
  return lines.join('\n');
}

const number = (value: number | null): string =>
  value === null ? 'none' : Number.isInteger(value) ? String(value) : value.toFixed(2);
