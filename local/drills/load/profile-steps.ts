import { PROFILES, profileIntervalMs, type ScrapeProfile } from '../../../lib/contract/profile';

/** From then on a scrape profile was asked for; `at` in ms since the Unix epoch. */
export interface ProfileChange {
  readonly at: number;
  readonly profile: ScrapeProfile;
}

/** The standby loads it, seconds later the active node, and then Prometheus has to begin the new interval. */
const IN_FORCE_AFTER_MS = 30_000;

/** Changes only, oldest first, of assignments in any order. */
export function profileChanges(
  assignments: readonly { readonly at: string; readonly scrapeProfile: ScrapeProfile }[],
): ProfileChange[] {
  const inOrder = assignments
    .map(({ at, scrapeProfile }) => ({ at: Date.parse(at), profile: scrapeProfile }))
    .sort((a, b) => a.at - b.at);
  return inOrder.filter(({ profile }, i) => i > 0 && profile !== inOrder[i - 1]!.profile);
}

/** How many of them are not one step up or down, `first` being what was in force before. */
export function skippedSteps(first: ScrapeProfile, changes: readonly ProfileChange[]): number {
  const places = [first, ...changes.map((c) => c.profile)].map((profile) => PROFILES.indexOf(profile));
  return places.filter((place, i) => i > 0 && Math.abs(place - places[i - 1]!) !== 1).length;
}

/** Between two samples in that time, ms: the slowest profile that may have been in force in it. */
export function expectedInterval(
  first: ScrapeProfile,
  changes: readonly ProfileChange[],
  configured: string,
): (from: number, to: number) => number {
  const spans = [{ at: -Infinity, profile: first }, ...changes].map(({ at, profile }, i, all) => ({
    from: at,
    to: (all[i + 1]?.at ?? Infinity) + IN_FORCE_AFTER_MS,
    ms: profileIntervalMs(profile, configured),
  }));
  return (from, to) => Math.max(...spans.filter((s) => s.from < to && s.to > from).map((s) => s.ms));
}
