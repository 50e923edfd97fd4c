import type { Exploration } from './explore';

const s = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export function describeExploration(e: Exploration): string {
  const rows = Object.entries(e.worst)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([cls, w]) => `  ${cls.padEnd(34)} ${s(w.ms).padStart(8)} of ${s(w.limit).padStart(8)}  (${w.seen} times)`);
  return [
    `${e.schedules} schedules held in ${e.seconds.toFixed(1)} s (${Math.round(e.schedules / e.seconds)}/s), ${e.virtualHours.toFixed(0)} h of virtual time.`,
    `Faults: ${Object.entries(e.faults)
      .map(([kind, n]) => `${kind} ${n}`)
      .join(', ')}.`,
    'Longest time without an alerting node, by class of faults, and its bound:',
    ...rows,
    `Longest time with two open gates while everybody could hear everybody: ${s(e.longestTwoGates)}.`,
  ].join('\n');
}

export function describeFailure(failure: NonNullable<Exploration['failure']>): string {
  const { schedule, outcome, seed, path } = failure;
  return [
    '',
    `An invariant does not hold: ${outcome.violations.join('; ')}`,
    `Reproduce: npm run simulate -- --seed ${seed} --path "${path}"`,
    `Schedule: ${JSON.stringify(schedule)}`,
    ...outcome.story,
  ].join('\n');
}
