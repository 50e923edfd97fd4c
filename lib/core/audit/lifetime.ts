import { missingIn, overlap, type ReplicaGap } from './track';
import type { View, AuditTarget, AuditInput } from './audit-report';

/** Jobs found by files get their first scrape some seconds after the others: that does not make them newer. */
export const GRACE_MS = 15_000;

/** Where no replica has samples. */
export function together(gaps: readonly (readonly ReplicaGap[])[], life: ReplicaGap, intervalMs: number): ReplicaGap[] {
  return gaps
    .reduce<readonly ReplicaGap[]>((all, next) => overlap(all, next), [life])
    .filter((gap) => missingIn(gap, intervalMs) > 0);
}

/**
 * From when to when it was a target. `up` is written whether a target answers or not; so where somebody scraped others
 * and had nothing of this one, it was no target. Where nobody scraped anything, its samples are missing.
 */
export function lifetime(
  { key, intervalMs }: AuditTarget,
  { from, to, olderData, replicas, thanos }: AuditInput,
): (ReplicaGap & { readonly appeared: boolean; readonly vanished: boolean }) | null {
  const views = thanos === null ? replicas : [...replicas, thanos];
  const own = views.map((view) => view.tracks.get(key)).filter((track) => track !== undefined);
  if (own.length === 0) return null;
  const others = views.flatMap((view) => [...view.tracks.values()]);
  const first = Math.min(...own.map((track) => track.first));
  const last = Math.max(...own.map((track) => track.last));
  const late = missingIn({ from, to: first }, intervalMs) > 0;
  const early = missingIn({ from: last, to }, intervalMs) > 0;
  const appeared = late && others.some((track) => track.first < first - GRACE_MS);
  const vanished = early && others.some((track) => track.last > last + GRACE_MS);
  const begins = appeared || (late && !olderData);
  return { from: begins ? first : from, to: vanished ? last : to, appeared, vanished };
}

/** As in lifetime: stretches without a sample of it in any view, in which somebody scraped others all the time. */
export function absencesOf(
  { key, intervalMs }: AuditTarget,
  life: ReplicaGap,
  { replicas, targets }: AuditInput,
  gapsOfViews: readonly (readonly ReplicaGap[])[],
): ReplicaGap[] {
  // A target of an hour says nothing of ten minutes.
  const scrapedAllThrough = (gap: ReplicaGap): boolean => {
    const fast = targets.filter((other) => other.key !== key && 2 * other.intervalMs <= gap.to - gap.from);
    const tells = new Set(fast.map((other) => other.key));
    return replicas.some(({ tracks }) =>
      [...tracks].some(
        ([other, { first, last, gaps }]) =>
          first <= gap.from && last >= gap.to && overlap(gaps, [gap]).length === 0 && tells.has(other),
      ),
    );
  };
  return together(gapsOfViews, life, intervalMs).filter(
    (gap) => gap.from > life.from && gap.to < life.to && gap.to - gap.from > GRACE_MS && scrapedAllThrough(gap),
  );
}

export const viewsOf = ({ replicas, thanos }: AuditInput): View[] =>
  thanos === null ? [...replicas] : [...replicas, thanos];

export function earliest(input: AuditInput): number | null {
  const firsts = viewsOf(input).flatMap((view) => [...view.tracks.values()].map((track) => track.first));
  return firsts.length === 0 ? null : Math.min(...firsts);
}
