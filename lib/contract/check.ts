/** How drills and `promha smoke` judge: their JSON has these in common. */

/** One thing that was judged. `value` null: it could not be measured, which never passes. */
export interface Check {
  readonly name: string;
  readonly passed: boolean;
  readonly value: number | null;
  readonly limit: number;
  readonly unit: string;
  /** How value and limit compare when it passes. */
  readonly rule: Rule;
}

export type Rule = 'at most' | 'exactly' | 'at least';

export type Measurements = Readonly<Record<string, number | null>>;

export interface RunResult {
  readonly measurements: Measurements;
  readonly checks: readonly Check[];
  /** What differed from the oracle, one sentence each. */
  readonly findings: readonly string[];
  /** Why the run did not come to its end; absent when it did. */
  readonly error?: string;
}

export function check(name: string, value: number | null, rule: Rule, limit: number, unit: string): Check {
  return { name, passed: value !== null && holds(value, rule, limit), value, limit, unit, rule };
}

function holds(value: number, rule: Rule, limit: number): boolean {
  if (!Number.isFinite(value)) return false;
  return rule === 'at most' ? value <= limit : rule === 'at least' ? value >= limit : value === limit;
}
