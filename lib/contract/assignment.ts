import { UserError } from './errors';
import { PROFILES, type ScrapeProfile } from './profile';

export type NodeId = string;

/** Who changed an assignment. */
export type Caller = 'health-check' | 'alarm' | 'agent' | 'break-glass' | 'operator' | 'shed-load';

/**
 * The one document that decides who alerts (KEYS.assignment). Written by compare-and-swap only;
 * each write raises `epoch`. Its object versions are the audit trail.
 */
export interface Assignment {
  readonly version: 1;
  readonly epoch: number;
  readonly active: NodeId;
  /** One sentence for a person at 3 a.m. */
  readonly reason: string;
  readonly by: Caller;
  /** ISO 8601, UTC: when `active` last changed. */
  readonly since: string;
  /** ISO 8601, UTC: when this epoch was written. */
  readonly at: string;
  /** Times (ISO 8601, oldest first) of the recent promotions, for damping. */
  readonly promotions: readonly string[];
  /** While set, nothing automatic happens. */
  readonly paused: null | { readonly by: string; readonly since: string; readonly reason: string };
  readonly scrapeProfile: ScrapeProfile;
  /** ISO 8601, UTC: when `scrapeProfile` last changed; absent while it never did. */
  readonly profileSince?: string;
}

/** A pause that a node applied, should the bucket forget it. */
export interface KnownPause {
  /** Who alerts while it lasts. */
  readonly active: NodeId;
  readonly paused: NonNullable<Assignment['paused']>;
}

export function pauseOf(assignment: Assignment | null): KnownPause | null {
  if (assignment === null || assignment.paused === null) return null;
  return { active: assignment.active, paused: assignment.paused };
}

/** @throws UserError when the document is not an Assignment; the text is never half-used */
export function parseAssignment(text: string, where: string): Assignment {
  let doc: Partial<Assignment>;
  try {
    doc = JSON.parse(text) as Partial<Assignment>;
  } catch (error) {
    throw new UserError({
      what: 'the assignment is not JSON',
      where,
      got: text.slice(0, 80),
      expected: 'the document that promote-alerting writes',
      fix: `restore an earlier version of the object (${(error as Error).message})`,
    });
  }
  const wrong = (field: string, got: unknown, expected: string): UserError =>
    new UserError({
      what: `the assignment's ${field} is unusable`,
      where,
      got: JSON.stringify(got),
      expected,
      fix: 'restore an earlier version of the object',
    });
  if (doc === null || typeof doc !== 'object') throw wrong('document', doc, 'an object');
  if (doc.version !== 1) throw wrong('version', doc.version, '1');
  if (!Number.isSafeInteger(doc.epoch) || doc.epoch! < 1) throw wrong('epoch', doc.epoch, 'an integer of at least 1');
  if (typeof doc.active !== 'string' || doc.active === '') throw wrong('active', doc.active, 'the name of a node');
  for (const field of ['since', 'at'] as const) {
    if (typeof doc[field] !== 'string' || Number.isNaN(Date.parse(doc[field]))) {
      throw wrong(field, doc[field], 'a time in ISO 8601');
    }
  }
  if (doc.scrapeProfile !== undefined && !PROFILES.includes(doc.scrapeProfile)) {
    throw wrong('scrapeProfile', doc.scrapeProfile, PROFILES.join(', '));
  }
  if (!Array.isArray(doc.promotions)) throw wrong('promotions', doc.promotions, 'a list of times');
  return {
    version: 1,
    epoch: doc.epoch!,
    active: doc.active,
    reason: doc.reason ?? '',
    by: doc.by ?? 'operator',
    since: doc.since!,
    at: doc.at!,
    promotions: doc.promotions,
    paused: doc.paused ?? null,
    scrapeProfile: doc.scrapeProfile ?? 'normal',
    ...(doc.profileSince === undefined ? {} : { profileSince: doc.profileSince }),
  };
}

/** One line per field, keys in a fixed order, so that versions compare well. */
export function serializeAssignment(a: Assignment): string {
  return `${JSON.stringify(a, null, 2)}\n`;
}

export interface Promotion {
  readonly active: NodeId;
  readonly reason: string;
  readonly by: Caller;
  /** The highest epoch that a node says it has applied; 0 when unknown. */
  readonly appliedEpoch: number;
}

/** The next document after a promotion; `now` in ms since the Unix epoch. */
export function promoted(previous: Assignment | null, change: Promotion, now: number, windowMs: number): Assignment {
  // An object that was lost or put back is followed by an epoch that every node accepts.
  const epoch = Math.max(previous?.epoch ?? 0, change.appliedEpoch) + 1;
  const moved = previous !== null && previous.active !== change.active;
  const at = new Date(now).toISOString();
  const recent = (previous?.promotions ?? []).filter((t) => Date.parse(t) > now - windowMs);
  return {
    version: 1,
    epoch,
    active: change.active,
    reason: change.reason,
    by: change.by,
    since: previous === null || moved ? at : previous.since,
    at,
    // Neither the first assignment nor one that is only written anew counts towards damping.
    promotions: moved ? [...recent, at] : recent,
    paused: previous?.paused ?? null,
    scrapeProfile: previous?.scrapeProfile ?? 'normal',
    ...(previous?.profileSince === undefined ? {} : { profileSince: previous.profileSince }),
  };
}
