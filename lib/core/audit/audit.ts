import { gapsWithin, missingIn, overlap, without, type ReplicaGap, type Track } from './track';
import {
  type View,
  type AuditTarget,
  type AuditInput,
  type ViewReport,
  type TargetReport,
  type AuditReport,
  TOGETHER,
} from './audit-report';
import { GRACE_MS, together, lifetime, absencesOf, viewsOf, earliest } from './lifetime';

/** Compares the views, target by target. Pure: what could not be read is in `notes` and missing in the views. */
export function audit(input: AuditInput): AuditReport {
  const targets = input.targets
    .map((target) => auditTarget(target, input))
    .filter((report) => report !== null)
    .sort((a, b) => missingOf(b) - missingOf(a) || compare(a.key, b.key));
  const begins = earliest(input);
  const young = begins !== null && begins > input.from + GRACE_MS && !input.olderData;
  return {
    from: input.from,
    to: input.to,
    verdict: targets[0]?.verdict ?? 'whole',
    unseenReplicas: input.unseenReplicas ?? [],
    deduplicatedBy: input.thanos === null ? 'replicas' : 'thanos',
    notes: [
      ...input.notes,
      ...(young
        ? [`Nothing older than ${iso(begins)} is in any view: the cluster is new, or all before it is lost.`]
        : []),
    ],
    targets,
  };
}

function auditTarget(target: AuditTarget, input: AuditInput): TargetReport | null {
  const { key, intervalMs } = target;
  const life = lifetime(target, input);
  if (life === null) return null;
  const within = new Map(
    viewsOf(input).map((view) => [view, gapsWithin(view.tracks.get(key) ?? null, life, intervalMs)]),
  );
  const absences = absencesOf(target, life, input, [...within.values()]);
  const gapsOf = (view: View): ReplicaGap[] =>
    without(within.get(view)!, absences).filter((gap) => missingIn(gap, intervalMs) > 0);
  const absentMs = absences.reduce((sum, { from, to }) => sum + to - from, 0);
  const replicaGaps = input.replicas.map(gapsOf);
  const lost = input.thanos === null ? together(replicaGaps, life, intervalMs) : gapsOf(input.thanos);

  const missing = (gaps: readonly ReplicaGap[]): number =>
    gaps.reduce((sum, gap) => sum + missingIn(gap, intervalMs), 0);
  const heldBy = (gap: ReplicaGap): string[] =>
    input.replicas
      .filter((_, i) => missing(overlap(replicaGaps[i]!, [gap])) < missingIn(gap, intervalMs))
      .map((view) => view.name);
  const report = (
    view: string,
    track: Track | undefined,
    gaps: readonly ReplicaGap[],
    since = life.from,
  ): ViewReport => ({
    view,
    expected: Math.max(0, Math.floor((life.to - since - absentMs) / intervalMs)),
    present: track?.present ?? 0,
    down: track?.down ?? 0,
    missing: missing(gaps),
    gaps: gaps.map((gap) => ({
      ...gap,
      missing: missingIn(gap, intervalMs),
      heldBy: heldBy(gap),
      hidden: missing(overlap(lost, [gap])) === 0,
    })),
  });
  const replicas = input.replicas.map((view, i) => {
    const first = view.tracks.get(key)?.first ?? Infinity;
    const foundLater = life.appeared && first - life.from <= (target.foundWithinMs ?? 0);
    const since = Math.max(life.from, view.keepsSince ?? life.from, foundLater ? first : life.from);
    const kept = without(replicaGaps[i]!, [{ from: -Infinity, to: since }]);
    const gaps = kept.filter((gap) => missingIn(gap, intervalMs) > 0);
    return report(view.name, view.tracks.get(key), gaps, since);
  });
  const best = replicas.reduce<ViewReport | undefined>((a, b) => (a && a.present >= b.present ? a : b), undefined);
  const deduplicated =
    input.thanos === null
      ? union(report(TOGETHER, undefined, lost), best?.down ?? 0)
      : report(input.thanos.name, input.thanos.tracks.get(key), lost);
  return {
    ...target,
    ...life,
    absences,
    verdict: lost.length > 0 ? 'gaps' : replicas.some(({ gaps }) => gaps.length > 0) ? 'hidden' : 'whole',
    replicas,
    deduplicated,
  };
}

/** Samples of two replicas are not counted together: what is expected and not missing is there. */
function union(view: ViewReport, down: number): ViewReport {
  return { ...view, present: Math.max(0, view.expected - view.missing), down };
}

/** Any gap of the deduplicated view is worse than all those of replicas. */
const missingOf = (t: TargetReport): number =>
  t.deduplicated.missing * 1e9 + t.replicas.reduce((sum, view) => sum + view.missing, 0);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const iso = (at: number): string => new Date(at).toISOString();
