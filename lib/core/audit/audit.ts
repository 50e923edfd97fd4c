import { gapsWithin, missingIn, overlap, without, type ReplicaGap, type Track } from './track';

/** One source of samples: a replica's Prometheus, or Thanos with deduplication. */
export interface View {
  readonly name: string;
  /** By target. */
  readonly tracks: ReadonlyMap<string, Track>;
  /** From when it keeps samples at all: what is older was deleted on purpose. @default as long as anybody */
  readonly keepsSince?: number;
}

export interface AuditTarget {
  /** Identity in all views: its labels without the external ones. */
  readonly key: string;
  readonly job: string;
  readonly instance: string;
  readonly intervalMs: number;
}

export interface AuditInput {
  /** Ms since the Unix epoch, our clock. */
  readonly from: number;
  readonly to: number;
  readonly targets: readonly AuditTarget[];
  readonly replicas: readonly View[];
  /** Names of replicas that could not be looked at: they may have what the others lack. @default none */
  readonly unseenReplicas?: readonly string[];
  /** null: the replicas alone are compared, and what they have together is taken for the deduplicated view. */
  readonly thanos: View | null;
  /** Some view has samples from before `from`. */
  readonly olderData: boolean;
  /** What could not be seen, or not as it should be: sentences. */
  readonly notes: readonly string[];
}

/** Samples that one view does not have; times in ms since the Unix epoch. */
export interface Gap extends ReplicaGap {
  readonly missing: number;
  /** Replicas that have samples in there. Of a gap of the deduplicated view: deduplication fails to show them. */
  readonly heldBy: readonly string[];
  /** Nothing is missing there in the deduplicated view. */
  readonly hidden: boolean;
}

export interface ViewReport {
  readonly view: string;
  /** From the scrape interval and the time that the target was there. */
  readonly expected: number;
  readonly present: number;
  readonly down: number;
  readonly missing: number;
  readonly gaps: readonly Gap[];
}

/** `whole`: no gap anywhere. `hidden`: gaps of replicas, none in the deduplicated view. `gaps`: some there too. */
export type Verdict = 'whole' | 'hidden' | 'gaps';

export interface TargetReport extends AuditTarget {
  /** When it was a target, within the range. */
  readonly from: number;
  readonly to: number;
  readonly appeared: boolean;
  readonly vanished: boolean;
  /** When it was no target in between, such as a task that was stopped and started again. */
  readonly absences: readonly ReplicaGap[];
  readonly verdict: Verdict;
  readonly replicas: readonly ViewReport[];
  readonly deduplicated: ViewReport;
}

export interface AuditReport {
  readonly from: number;
  readonly to: number;
  readonly verdict: Verdict;
  /** Whether the deduplicated view is Thanos's, or what the replicas have together. */
  readonly deduplicatedBy: 'thanos' | 'replicas';
  readonly notes: readonly string[];
  /** Replicas that were not looked at. */
  readonly unseenReplicas: readonly string[];
  /** Worst first. */
  readonly targets: readonly TargetReport[];
}

/** Name of the deduplicated view where there is no Thanos. */
export const TOGETHER = 'together';

/** Jobs found by files get their first scrape some seconds after the others: that does not make them newer. */
const GRACE_MS = 15_000;

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
    const since = Math.max(life.from, view.keepsSince ?? life.from);
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

/** Where no replica has samples. */
function together(gaps: readonly (readonly ReplicaGap[])[], life: ReplicaGap, intervalMs: number): ReplicaGap[] {
  return gaps
    .reduce<readonly ReplicaGap[]>((all, next) => overlap(all, next), [life])
    .filter((gap) => missingIn(gap, intervalMs) > 0);
}

/**
 * From when to when it was a target. `up` is written whether a target answers or not; so where somebody scraped others
 * and had nothing of this one, it was no target. Where nobody scraped anything, its samples are missing.
 */
function lifetime(
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
function absencesOf(
  { key, intervalMs }: AuditTarget,
  life: ReplicaGap,
  { replicas }: AuditInput,
  gapsOfViews: readonly (readonly ReplicaGap[])[],
): ReplicaGap[] {
  const scrapedAllThrough = (gap: ReplicaGap): boolean =>
    replicas.some(({ tracks }) =>
      [...tracks].some(
        ([other, { first, last, gaps }]) =>
          other !== key && first <= gap.from && last >= gap.to && overlap(gaps, [gap]).length === 0,
      ),
    );
  return together(gapsOfViews, life, intervalMs).filter(
    (gap) => gap.from > life.from && gap.to < life.to && gap.to - gap.from > GRACE_MS && scrapedAllThrough(gap),
  );
}

const viewsOf = ({ replicas, thanos }: AuditInput): View[] => (thanos === null ? [...replicas] : [...replicas, thanos]);

function earliest(input: AuditInput): number | null {
  const firsts = viewsOf(input).flatMap((view) => [...view.tracks.values()].map((track) => track.first));
  return firsts.length === 0 ? null : Math.min(...firsts);
}

/** Any gap of the deduplicated view is worse than all those of replicas. */
const missingOf = (t: TargetReport): number =>
  t.deduplicated.missing * 1e9 + t.replicas.reduce((sum, view) => sum + view.missing, 0);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const iso = (at: number): string => new Date(at).toISOString();
