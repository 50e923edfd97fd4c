import type { Assignment, NodeId } from '../../contract/documents/assignment';
import { PROFILES, profileIntervalMs, type ScrapeProfile } from '../../contract/profile';
import { MEASURES, type LoadPolicy, type Measure } from '../../contract/documents/settings';

/** Well below a limit: at most this share of it. */
export const RECOVER_SHARE = 0.8;

/** Of one measure over time; null where the node has nothing to report. */
export interface LoadReading {
  /** The least over policy.overMs: it was never below. */
  readonly sustained: number | null;
  /** The most over policy.calmMs: it was never above. */
  readonly peak: number | null;
}

/** What one node says of its load. Values are as in the profile in force. */
export interface NodeLoad {
  readonly node: NodeId;
  readonly readings: Readonly<Record<Measure, LoadReading>>;
}

export interface LoadSituation {
  readonly assignment: Assignment | null;
  /** Nodes that answered. */
  readonly loads: readonly NodeLoad[];
  /** Between two scrapes in the normal profile, e.g. 1s. */
  readonly scrapeInterval: string;
  readonly policy: LoadPolicy;
}

export type ProfileDecision =
  | { readonly kind: 'none'; readonly because: string }
  | { readonly kind: 'change'; readonly next: Assignment; readonly because: string };

/** After a change a node shows its effect only when both have loaded it and some scrapes have passed. */
const SETTLE_MS = 60_000;

/**
 * Whether the cluster scrapes less, or more again: one step at a time. Down as soon as any node has been beyond a limit;
 * back only when what the step would bring is well below every limit, and was so for longer. Who alerts is not touched.
 * `now` in ms since the Unix epoch.
 */
export function decideProfile(s: LoadSituation, now: number): ProfileDecision {
  const { assignment, loads, policy } = s;
  const none = (because: string): ProfileDecision => ({ kind: 'none', because });
  if (assignment === null) return none('There is no assignment yet.');
  const { paused, scrapeProfile: profile } = assignment;
  if (paused !== null) return none(`Paused by ${paused.by} since ${paused.since}: the profile stays ${profile}.`);
  if (loads.length === 0) return none(`No node reports its load: the profile stays ${profile}.`);

  const sinceMs = assignment.profileSince === undefined ? Infinity : now - Date.parse(assignment.profileSince);
  const at = PROFILES.indexOf(profile);
  const over = worst(s, ({ sustained }) => sustained);
  if (over !== null && over.share > 1) {
    const less = PROFILES[at + 1];
    if (less === undefined) return none(`${say(over, policy)}, and less than ${profile} there is not.`);
    if (sinceMs < policy.sustainedForMs + SETTLE_MS)
      return none(`${say(over, policy)}; ${profile} has only just begun.`);
    return change(assignment, less, `Scrape profile ${less} instead of ${profile}: ${say(over, policy)}.`, now);
  }
  if (profile === 'normal')
    return none(over === null ? 'No node reports its load.' : `Nothing to shed: ${say(over, policy)}.`);

  const more = PROFILES[at - 1]!;
  if (sinceMs < policy.recoverAfterMs)
    return none(`${profile} since ${assignment.profileSince}: too early to go back.`);
  const times = profileIntervalMs(profile, s.scrapeInterval) / profileIntervalMs(more, s.scrapeInterval);
  const peak = worst(s, ({ peak }, measure) => (peak !== null && MEASURES[measure].grows ? peak * times : peak));
  if (peak === null) return none(`No node reports its load: the profile stays ${profile}.`);
  if (peak.share > RECOVER_SHARE) return none(`${more} would bring too much: ${say(peak, policy)}.`);
  return change(assignment, more, `Scrape profile ${more} again: it would bring ${say(peak, policy)}.`, now);
}

/** How much of the nearest limit is used, 1 being the limit; null when nobody reports. */
export function loadShare(s: Pick<LoadSituation, 'loads' | 'policy'>): number | null {
  return worst(s, ({ sustained }) => sustained)?.share ?? null;
}

interface Worst {
  readonly node: NodeId;
  readonly measure: Measure;
  readonly value: number;
  readonly share: number;
}

function worst(
  { loads, policy }: Pick<LoadSituation, 'loads' | 'policy'>,
  valueOf: (reading: LoadReading, measure: Measure) => number | null,
): Worst | null {
  let found: Worst | null = null;
  for (const { node, readings } of loads) {
    for (const measure of Object.keys(MEASURES) as Measure[]) {
      const value = valueOf(readings[measure], measure);
      if (value === null) continue;
      const share = value / policy.limits[measure];
      if (found === null || share > found.share) found = { node, measure, value, share };
    }
  }
  return found;
}

function say({ node, measure, value }: Worst, { limits }: LoadPolicy): string {
  // From 99.5 on two digits would be written as 1.0e+2.
  const short = (n: number): string => (n >= 99.5 ? Math.round(n).toString() : n.toPrecision(2));
  return `${node} takes ${short(value)} ${MEASURES[measure].what}, of ${short(limits[measure])}`;
}

function change(assignment: Assignment, to: ScrapeProfile, because: string, now: number): ProfileDecision {
  const at = new Date(now).toISOString();
  const { epoch } = assignment;
  const next = { ...assignment, epoch: epoch + 1, by: 'shed-load', at, reason: because } as const;
  return { kind: 'change', because, next: { ...next, scrapeProfile: to, profileSince: at } };
}
