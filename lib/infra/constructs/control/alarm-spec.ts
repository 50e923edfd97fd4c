import type { MetricDefinition } from '../../../contract/metrics';

/** Of AWS/Lambda. */
export type FunctionMetric = 'Errors' | 'Invocations' | 'Throttles' | 'DestinationDeliveryFailures';

/** What an alarm looks at. */
export type AlarmMetric =
  /** Of our own, of the shard; `corruption`: of that group only. */
  | { readonly of: 'shard'; readonly metric: MetricDefinition; readonly corruption?: string }
  /** Of a function, as Lambda counts: nothing that the function itself does or leaves out changes it. */
  | { readonly of: 'function'; readonly name: string; readonly metric: FunctionMetric }
  | { readonly of: 'ecs'; readonly metric: string; readonly service: string }
  | { readonly of: 'queue'; readonly metric: 'ApproximateNumberOfMessagesVisible'; readonly queue: string };

/** One line of the table. */
export interface AlarmSpec {
  /** Never changes. Also the name of its entry in docs/runbook, unless `runbook` is. */
  readonly name: string;
  /** For alarms that several functions have: one entry for all. */
  readonly runbook?: string;
  /** What happened and what that means, for whoever reads it at night. */
  readonly description: string;
  readonly looksAt: AlarmMetric;
  readonly statistic: 'Minimum' | 'Maximum' | 'Sum' | 'SampleCount';
  /** 10 s need a metric of a resolution of 1 s. */
  readonly periodS: 10 | 60 | 300;
  readonly periods: number;
  /** It rings when the value is so in so many of them. @default all */
  readonly atLeast?: number;
  readonly when: readonly ['<' | '>' | '>=', number];
  readonly missing: 'breaching' | 'notBreaching';
  /** Functions that the alarm calls, beside notifying people: their second trigger. At most four: see callsOf. */
  readonly calls?: readonly string[];
}

/** Of a state. CloudWatch User Guide, "Alarm actions". */
const MOST_ACTIONS = 5;

/** The functions that the alarm calls, beside its topic. @throws Error more than CloudWatch takes */
export function callsOf({ name, calls = [] }: Pick<AlarmSpec, 'name' | 'calls'>): readonly string[] {
  if (calls.length < MOST_ACTIONS) return calls;
  throw new Error(
    `the alarm ${name} calls ${calls.join(', ')} and tells its topic: ${calls.length + 1} actions, and CloudWatch takes ${MOST_ACTIONS}. Let one of these functions call the others, as health-check does`,
  );
}

/**
 * Of a metric from a function's log that must not be missing: its points come together, up to 40 s late. Three periods of
 * 10 s would be empty then, so that silence rings only after five, of six: one that comes alone ends no alarm.
 */
export const SILENT = { periodS: 10, periods: 6, atLeast: 5, missing: 'breaching' } as const;
export const QUIET = { missing: 'notBreaching' } as const;
/** A count of the shard that should be 0. */
export const some = (metric: MetricDefinition) =>
  ({ ...QUIET, looksAt: { of: 'shard', metric }, statistic: 'Maximum', when: ['>=', 1], periods: 1 }) as const;
