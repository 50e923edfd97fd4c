import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { WORKERS } from '../functions';
import { amount, fields, listOf, oneOf, text } from '../shape';

/** What is measured, and in a person's words. `grows`: with the number of scrapes; the others do not. */
export const MEASURES = {
  /** What half of the targets take to answer, as a share of the scrape interval. */
  scrapeTime: { what: 'of the scrape interval for a scrape', grows: true },
  samplesPerSecond: { what: 'samples a second', grows: true },
  memoryMiB: { what: 'MiB of memory', grows: false },
  walMiBPerMinute: { what: 'MiB of WAL a minute', grows: true },
  /** What the slowest group of rules takes, as a share of its interval. */
  evaluationTime: { what: 'of the interval for the slowest rules', grows: false },
} as const;

export type Measure = keyof typeof MEASURES;

const loadPolicy = fields({
  limits: fields({
    scrapeTime: amount,
    samplesPerSecond: amount,
    memoryMiB: amount,
    walMiBPerMinute: amount,
    evaluationTime: amount,
  } satisfies Record<Measure, typeof amount>),
  /** Beyond a limit for this long: one step less. */
  sustainedForMs: amount,
  /** What the next step up would bring has been well below every limit for this long: one step back. */
  recoverAfterMs: amount,
});

/** When a cluster scrapes less: limits of what a node may bear, and for how long before something is done. */
export type LoadPolicy = ReadOnly<z.output<typeof loadPolicy>>;

const FIX = 'deploy the control stack again instead of editing the function';

const load = fields({
  policy: loadPolicy,
  /** In the normal profile. */
  scrapeInterval: text,
});

/** What nodes may bear before they scrape less (ENV.load). */
export type LoadSettings = ReadOnly<z.output<typeof load>>;

export const LOAD_SETTINGS = documentFormat({
  what: 'description of what nodes may bear',
  shape: load,
  maxBytes: 4 * 1024,
  fix: FIX,
});

const routes = fields({ listenerArn: text, thanosTargetGroupArn: text, nodesTargetGroupArn: text });

/** Where the query listener can point (ENV.queryRoutes). */
export type QueryRoutes = ReadOnly<z.output<typeof routes>>;

export const QUERY_ROUTES = documentFormat({
  what: 'description of where queries can go',
  shape: routes,
  maxBytes: 4 * 1024,
  fix: FIX,
});

/** Which functions there are for health-check to call (ENV.workers). */
export const WORKER_LIST = documentFormat({
  what: 'list of functions to call',
  shape: listOf(oneOf(...WORKERS)),
  maxBytes: 4 * 1024,
  fix: FIX,
});
