import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { WORKERS } from '../functions';
import { amount, fields, flag, listOf, oneOf, optional, text } from '../shape';

/** What is measured, and in a person's words. `grows`: with the series that are kept; the others do not. */
export const MEASURES = {
  /** What half of the targets take to answer, each as a share of its interval. */
  scrapeTime: { what: 'of the scrape interval for a scrape', grows: false },
  samplesPerSecond: { what: 'samples a second', grows: true },
  memoryMiB: { what: 'MiB of memory', grows: true },
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
  /** Beyond a limit for this long: what is droppable goes. */
  sustainedForMs: amount,
  /** What all series would bring has been well below every limit for this long: they come back. */
  recoverAfterMs: amount,
});

/** When a cluster scrapes less: limits of what a node may bear, and for how long before something is done. */
export type LoadPolicy = ReadOnly<z.output<typeof loadPolicy>>;

const FIX = 'deploy the control stack again instead of editing the function';

const load = fields({
  policy: loadPolicy,
  /** Of the cluster's own jobs, which say what a node bears. */
  scrapeInterval: text,
  /** Whether the user marked series as droppable. Absent: no. */
  droppable: optional(flag),
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
