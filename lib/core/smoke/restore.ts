import type { NodeId } from '../../contract/documents/assignment';
import type { StorageReport } from '../../contract/documents/storage';

interface Snapshot {
  readonly id: string;
  readonly node: NodeId;
  readonly takenAt: number;
  readonly completed: boolean;
  readonly verdict: 'good' | 'bad' | null;
}

export interface StandbysSeen {
  readonly active: NodeId | null;
  /** What nodes say of their volumes; null: nothing yet. */
  readonly reports: ReadonlyMap<NodeId, StorageReport | null>;
  /** Volumes that are being tried already, by who tries them. */
  readonly tests: readonly { readonly testedBy: NodeId }[];
}

export type RestoreChoice<S> =
  { readonly snapshot: S; readonly by: NodeId; readonly zone: string } | { readonly wait: string };

/**
 * Which snapshot is restored and by whom: the newest that was not found bad, by a node that does not alert, wants no volume
 * itself and tries none. Else what is waited for.
 */
export function chooseRestore<S extends Snapshot>(
  { active, reports, tests }: StandbysSeen,
  snapshots: readonly S[],
): RestoreChoice<S> {
  const [snapshot] = snapshots
    .filter(({ completed, verdict }) => completed && verdict !== 'bad')
    .sort((a, b) => b.takenAt - a.takenAt);
  if (snapshot === undefined) return { wait: 'no snapshot is complete yet' };
  const [tester] = [...reports].filter(
    ([node, report]) =>
      node !== active && report !== null && report.needsVolume === null && !tests.some((t) => t.testedBy === node),
  );
  if (tester === undefined) return { wait: 'every standby tries a snapshot already, or wants a volume itself' };
  return { snapshot, by: tester[0], zone: tester[1]!.zone };
}
