import type { Assignment, NodeId } from '../../contract/documents/assignment';
import type { ScrapeProfile } from '../../contract/profile';
import { MEASURES, type LoadPolicy, type Measure } from '../../contract/documents/settings';

/** Well below a limit: at most this share of it. */
export const RECOVER_SHARE = 0.8;

/** Of one measure over time; null where the node has nothing to report. */
export interface LoadReading {
  /** The least over policy.sustainedForMs: it was never below. */
  readonly sustained: number | null;
  /** The most over policy.recoverAfterMs: it was never above. */
  readonly peak: number | null;
}

/** What one node says of its load, in the profile in force. */
export interface NodeLoad {
  readonly node: NodeId;
  readonly readings: Readonly<Record<Measure, LoadReading>>;
  /** So many times as many samples it would keep in the normal profile; null where it can't say. */
  readonly times: number | null;
}

export interface LoadSituation {
  readonly assignment: Assignment | null;
  /** Nodes that answered. */
  readonly loads: readonly NodeLoad[];
  /** Whether there are series that may go. */
  readonly droppable: boolean;
  readonly policy: LoadPolicy;
}

export type ProfileDecision =
  | { readonly kind: 'none'; readonly because: string }
  | { readonly kind: 'change'; readonly next: Assignment; readonly because: string };

/**
 * Whether the cluster does without what is droppable. It goes as soon as any node has been beyond a limit; it comes back only
 * when all would be well below every limit with it, and would have been for longer. Who alerts is not touched.
 * `now` in ms since the Unix epoch.
 */
export function decideProfile(s: LoadSituation, now: number): ProfileDecision {
  const { assignment, loads, policy } = s;
  const none = (because: string): ProfileDecision => ({ kind: 'none', because });
  if (assignment === null) return none('There is no assignment yet.');
  const { paused, scrapeProfile: profile } = assignment;
  if (paused !== null) return none(`Paused by ${paused.by} since ${paused.since}: the profile stays ${profile}.`);
  if (!s.droppable) {
    if (profile === 'normal') return none('Nothing is droppable, so nothing can be shed.');
    return change(assignment, 'normal', 'Scrape profile normal again: nothing is droppable any more.', now);
  }
  if (loads.length === 0) return none(`No node reports its load: the profile stays ${profile}.`);

  const over = worst(s, ({ readings }, measure) => readings[measure].sustained);
  if (profile === 'normal') {
    if (over === null) return none('No node reports its load.');
    if (over.share <= 1) return none(`Nothing to shed: ${say(over, policy)}.`);
    return change(assignment, 'reduced', `Scrape profile reduced instead of normal: ${say(over, policy)}.`, now);
  }
  if (over !== null && over.share > 1)
    return none(`${say(over, policy)}, and what is droppable is not scraped already.`);
  const sinceMs = assignment.profileSince === undefined ? Infinity : now - Date.parse(assignment.profileSince);
  if (sinceMs < policy.recoverAfterMs) return none(`reduced since ${assignment.profileSince}: too early to go back.`);
  const peak = worst(s, ({ readings, times }, measure) => {
    const { peak } = readings[measure];
    return peak !== null && MEASURES[measure].grows ? peak * (times ?? 1) : peak;
  });
  if (peak === null) return none('No node reports its load: the profile stays reduced.');
  if (peak.share > RECOVER_SHARE) return none(`normal would bring too much: ${say(peak, policy)}.`);
  return change(assignment, 'normal', `Scrape profile normal again: it would bring ${say(peak, policy)}.`, now);
}

/** How much of the nearest limit is used, 1 being the limit; null when nobody reports. */
export function loadShare(s: Pick<LoadSituation, 'loads' | 'policy'>): number | null {
  return worst(s, ({ readings }, measure) => readings[measure].sustained)?.share ?? null;
}

interface Worst {
  readonly node: NodeId;
  readonly measure: Measure;
  readonly value: number;
  readonly share: number;
}

function worst(
  { loads, policy }: Pick<LoadSituation, 'loads' | 'policy'>,
  valueOf: (load: NodeLoad, measure: Measure) => number | null,
): Worst | null {
  let found: Worst | null = null;
  for (const load of loads) {
    for (const measure of Object.keys(MEASURES) as Measure[]) {
      const value = valueOf(load, measure);
      if (value === null) continue;
      const share = value / policy.limits[measure];
      if (found === null || share > found.share) found = { node: load.node, measure, value, share };
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
