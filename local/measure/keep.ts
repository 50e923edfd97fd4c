import { isDeepStrictEqual } from 'node:util';
import type { DrillFigures, MeasuredDrill } from './record';

/** Where and with what a drill ran. */
export type Circumstances = Pick<MeasuredDrill, 'day' | 'cores' | 'root' | 'programs'>;

/** What is kept of a drill: median and worst of each figure, its limit, and what did not hold. */
export function keepDrill(result: DrillFigures, circumstances: Circumstances): MeasuredDrill {
  const { measurements, checks } = result.summary;
  const figures = Object.entries(measurements).map(([name, { median, worst }]) => {
    // The summary's worst is the largest; that of a check is the one furthest on the wrong side.
    const check = checks.find((c) => c.name === `${name} (worst)`);
    const limit = check && { limit: `${check.rule} ${check.limit}` };
    return [name, { median: round(median), worst: round(check?.value ?? worst), ...limit }] as const;
  });
  const broken = checks
    .filter((c) => !c.passed)
    .map((c) => `${c.name}: ${c.value ?? 'not measured'}, ${c.rule} ${c.limit} ${c.unit}`.trimEnd());
  return {
    scenario: result.scenario,
    passed: result.passed,
    runs: result.runs.length,
    ...circumstances,
    ...(result.teeth && { teeth: result.teeth }),
    measurements: Object.fromEntries(figures),
    failed: [...broken, ...result.runs.flatMap(({ error }) => (error === undefined ? [] : [error]))],
  };
}

/** Whether a drill has to be measured again: never measured, or with other programs, delays or another kind of machine. */
export function isStale(
  kept: MeasuredDrill | undefined,
  now: Omit<Circumstances, 'day'> & Pick<MeasuredDrill, 'teeth'>,
): boolean {
  if (kept === undefined || kept.root !== now.root || !isDeepStrictEqual(kept.teeth, now.teeth)) return true;
  const names = new Set([...Object.keys(kept.programs), ...Object.keys(now.programs)]);
  return [...names].some((name) => kept.programs[name] !== now.programs[name]);
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
