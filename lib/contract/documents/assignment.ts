import type * as z from 'zod/mini';
import { gte, int, lte, pipe, transform } from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { PROFILES, type ScrapeProfile } from '../profile';
import { listOf, name, nullable, oneOf, fields, optional, orElse, text, time, version1 } from '../shape';

export type NodeId = string;

/** Who changed an assignment. */
export const CALLERS = ['health-check', 'alarm', 'agent', 'break-glass', 'operator', 'shed-load'] as const;
export type Caller = (typeof CALLERS)[number];

/** There is always a higher one that can be written and read: who claims more is not believed. */
export const HIGHEST_EPOCH = 2 ** 52;
/** Each write raises it by one: who claims to be further ahead than this of what stands there is not believed either. */
export const MAX_EPOCH_JUMP = 1_000_000;

export const epoch = int('a whole number').check(
  gte(1, 'an epoch from 1 on'),
  lte(HIGHEST_EPOCH, `an epoch up to ${HIGHEST_EPOCH}`),
);

const withheld = fields({
  by: text,
  since: time,
  reason: text,
  /** From then on everything is told, whoever still means to move. */
  until: time,
});

/** Alerts are told to nobody: another system still does. */
export type Withheld = ReadOnly<z.output<typeof withheld>>;

const pause = fields({ by: text, since: time, reason: text });

/** Up to 0.2 there was a second step, `minimal`: also without what is droppable. */
const scrapeProfile = pipe(
  oneOf(...PROFILES, 'minimal'),
  transform((said): ScrapeProfile => (said === 'minimal' ? 'reduced' : said)),
);

const shape = fields({
  version: version1,
  epoch,
  active: name,
  /** One sentence for a person at 3 a.m. */
  reason: orElse(text, ''),
  /** A Caller; a newer program may know others. */
  by: orElse(text, 'operator'),
  /** ISO 8601, UTC: when `active` last changed. */
  since: time,
  /** ISO 8601, UTC: when this epoch was written. */
  at: time,
  /** Times (ISO 8601, oldest first) of the recent promotions, for damping. */
  promotions: listOf(time),
  /** While set, nothing automatic happens. */
  paused: orElse(nullable(pause), null),
  /** While it holds (lib/core/failover/withheld.ts) the open gate passes nothing but the dead man's switch. Absent: it does not. */
  withheld: optional(withheld),
  scrapeProfile: orElse(scrapeProfile, 'normal'),
  /** ISO 8601, UTC: when `scrapeProfile` last changed; absent while it never did. */
  profileSince: optional(time),
});

/**
 * The one document that decides who alerts (KEYS.assignment). Written by compare-and-swap only;
 * each write raises `epoch`. Its object versions are the audit trail.
 */
export type Assignment = ReadOnly<z.output<typeof shape>>;

export const knownPause = fields({
  /** Who alerts while it lasts. */
  active: name,
  paused: pause,
});

/** A pause that a node applied, should the bucket forget it. */
export type KnownPause = ReadOnly<z.output<typeof knownPause>>;

export const ASSIGNMENT = documentFormat({
  what: 'assignment',
  shape,
  maxBytes: 64 * 1024,
  fix: 'restore an earlier version of the object; docs/runbook/health-check-errors.md has the commands',
});
