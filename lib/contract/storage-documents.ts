import type { NodeId } from './assignment';

/** What is wrong with a data volume as a whole; files on it are the scrub's business. */
export type VolumeTrouble = 'full' | 'read-only' | 'stalled' | 'gone';

/** A node says how its data volume is (KEYS.storage), so that repair needs nothing from a dead volume. */
export interface StorageReport {
  readonly version: 1;
  readonly node: NodeId;
  readonly instanceId: string;
  readonly zone: string;
  /** The volume that is mounted, or was last. null: none was found. */
  readonly volumeId: string | null;
  readonly generation: number | null;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** What the volume as a whole suffers from; null: nothing, or none is mounted. */
  readonly trouble: VolumeTrouble | null;
  /** null: it can live with what it has. */
  readonly needsVolume: null | {
    /** ISO 8601, UTC: since when; what was written before it is taken for good. */
    readonly since: string;
    readonly because: string;
  };
  /** How the last restore test that this node made came out. */
  readonly tested: SnapshotTest | null;
}

export interface SnapshotTest {
  readonly snapshotId: string;
  /** The volume that was made for the test. */
  readonly volumeId: string;
  readonly good: boolean;
  readonly because: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** One restore of a node's volume, from its beginning to its end (KEYS.restore); written by compare-and-swap. */
export interface RestoreRecord {
  readonly version: 1;
  readonly node: NodeId;
  readonly state: 'running' | 'done' | 'given-up';
  readonly because: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** ISO 8601, UTC. Snapshots from before are taken for good. */
  readonly damagedAt: string;
  /** ISO 8601, UTC: since when this snapshot is tried. */
  readonly triedAt: string;
  /** The volume that is replaced; null: it was gone. */
  readonly from: string | null;
  readonly snapshotId: string | null;
  /** Of the new volume. */
  readonly generation: number;
  readonly volumeId: string | null;
  /** Snapshots that did not help in this incident. */
  readonly tried: readonly string[];
  /** When restores before this one began, ISO 8601, UTC, as far as they count towards the limit; absent in old records. */
  readonly earlier?: readonly string[];
}
