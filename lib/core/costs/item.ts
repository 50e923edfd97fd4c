import type { Rate } from '../../contract/documents/price-table';

/** `control`: functions, S3 requests of functions and agents, metrics, alarms, functions' logs, key, topic. `data`: the rest. */
export type Plane = 'control' | 'data';

/** What a quantity is from: counted in a run, in the templates, or assumed of the configuration. */
export type Origin = 'run' | 'templates' | 'assumed';

/** So much of something a month, before it is priced. */
export interface Quantity {
  /** Quantities of one name and rate are one item. */
  readonly name: string;
  readonly plane: Plane;
  readonly rate: Rate | { readonly instance: string };
  readonly counted: number;
  readonly unit: string;
  readonly from: Origin;
}

export const HOURS_OF_MONTH = 730;
export const SECONDS_OF_MONTH = HOURS_OF_MONTH * 3600;
