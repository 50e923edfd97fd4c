import type { Check, RunResult } from '../../../lib/contract/check';
import type { Permissions } from '../../iam/permissions';
import type { RunState } from '../../../lib/shell/local/run-state';

export interface Summary {
  /** Median and worst over all runs, by measurement. */
  readonly measurements: Readonly<Record<string, { readonly median: number; readonly worst: number }>>;
  readonly checks: readonly Check[];
}

/** The JSON of `--json`. */
export interface DrillResult {
  readonly scenario: string;
  readonly passed: boolean;
  readonly runs: readonly RunResult[];
  readonly summary: Summary;
  /** Where the system refused and delayed as AWS does, with what settings; null: left out. */
  readonly teeth?: RunState['teeth'];
  /** What the system was let do by its policies since it was started. */
  readonly permissions?: Permissions;
}
