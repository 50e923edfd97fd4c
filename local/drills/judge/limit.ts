import type { Rule } from '../../../lib/contract/check';

/** A limit on one measurement of every run. */
export interface Limit {
  readonly measurement: string;
  readonly rule: Rule;
  readonly limit: number;
  readonly unit: string;
}

export const most = (measurement: string, limit: number, unit: string): Limit => ({
  measurement,
  rule: 'at most',
  limit,
  unit,
});
export const least = (measurement: string, limit: number, unit: string): Limit => ({
  measurement,
  rule: 'at least',
  limit,
  unit,
});
export const exactly = (measurement: string, limit: number, unit: string): Limit => ({
  measurement,
  rule: 'exactly',
  limit,
  unit,
});
