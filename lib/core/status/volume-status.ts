import type { NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';
import type { RestoreRecord, StorageReport } from '../../contract/documents/storage';
import type { DataVolume } from '../volumes/restore-step';
import { hasYoungGood, newestFirst, type KnownSnapshot } from '../volumes/snapshots';

/** What there is to replace a node's volume, and what is done about it. Times: ISO 8601, UTC. */
export interface NodeVolumes {
  readonly node: NodeId;
  /** Why it asks for another volume; null: it does not. */
  readonly asks: string | null;
  /** The last restore; null: there never was one. */
  readonly restore: RestoreRecord | null;
  readonly lastSnapshot: string | null;
  /** The newest that a restore test found good. */
  readonly lastGoodSnapshot: { readonly id: string; readonly at: string } | null;
  /** A snapshot is known to be as old as this, and none is good that is young enough. */
  readonly withoutGoodSince: string | null;
  /** Volumes that were replaced, and stay for people. */
  readonly kept: readonly string[];
}

/** null: volumes are not looked after. `unknown`: EC2 did not say. */
export type VolumesView = readonly NodeVolumes[] | { readonly unknown: string } | null;

export function nodeVolumes(
  node: NodeId,
  report: StorageReport | null,
  restore: RestoreRecord | null,
  ec2: {
    readonly volumes: readonly (DataVolume & { readonly node: NodeId })[];
    readonly snapshots: readonly KnownSnapshot[];
  },
  policy: Policy['snapshots'],
  now: number,
): NodeVolumes {
  const own = ec2.snapshots.filter((s) => s.node === node).sort(newestFirst);
  const [newest] = own;
  const oldest = own.at(-1);
  const good = own.find((s) => s.verdict === 'good');
  const iso = (ms: number): string => new Date(ms).toISOString();
  const mayLack = oldest === undefined || now - oldest.takenAt <= policy.goodWithinMs;
  return {
    node,
    asks: report?.needsVolume?.because ?? null,
    restore,
    lastSnapshot: newest === undefined ? null : iso(newest.takenAt),
    lastGoodSnapshot: good === undefined ? null : { id: good.id, at: iso(good.takenAt) },
    withoutGoodSince: mayLack || hasYoungGood(own, policy, now) ? null : iso(oldest.takenAt),
    kept: ec2.volumes.filter((v) => v.node === node && v.kept).map((v) => v.id),
  };
}

/** What is wrong; one sentence each. */
export function volumeProblems(view: VolumesView): string[] {
  if (view === null) return [];
  if ('unknown' in view) return [`EC2 does not say what snapshots there are: ${view.unknown}.`];
  return view.flatMap(({ node, asks, restore, withoutGoodSince, lastGoodSnapshot }) => [
    ...(asks === null ? [] : [`${node} asks for another data volume: ${asks}.`]),
    ...(restore?.state === 'running'
      ? [
          `${node} gets a volume of ${restore.snapshotId}, generation ${restore.generation}, since ${restore.startedAt}.`,
        ]
      : []),
    ...(restore?.state === 'given-up' ? [`Restoring ${node} was GIVEN UP at ${restore.endedAt}.`] : []),
    ...(withoutGoodSince === null
      ? []
      : [`${node} has no young snapshot that was found good; the last good one: ${lastGoodSnapshot?.at ?? 'none'}.`]),
  ]);
}

/** What stands, for a person. */
export function volumeLines(view: VolumesView, now: number): string[] {
  if (view === null || 'unknown' in view || view.length === 0) return [];
  const ago = (at: string): string => `${Math.round((now - Date.parse(at)) / 60_000)} min ago`;
  const lines = view.map(({ node, lastSnapshot, lastGoodSnapshot, restore, kept }) => {
    if (lastSnapshot === null) return `  ${node}: none yet`;
    const good = lastGoodSnapshot === null ? 'none' : `${ago(lastGoodSnapshot.at)} (${lastGoodSnapshot.id})`;
    const restored =
      restore?.state === 'done' && restore.volumeId !== null ? `; restored ${ago(restore.endedAt!)}` : '';
    const old = kept.length === 0 ? '' : `; kept of its old volumes: ${kept.join(', ')}`;
    return `  ${node}: the last ${ago(lastSnapshot)}, the last good one ${good}${restored}${old}`;
  });
  return ['Snapshots of the data volumes:', ...lines, ''];
}
