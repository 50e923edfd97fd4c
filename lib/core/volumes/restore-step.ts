import type { KnownSnapshot } from './snapshots';
import type { RestoreRecord, StorageReport } from '../../contract/documents/storage';

/** A data volume as EC2 knows it. */
export interface DataVolume {
  readonly id: string;
  readonly generation: number;
  readonly available: boolean;
  /** It was replaced, and stays for people. */
  readonly kept: boolean;
  readonly attachedTo: string | null;
  readonly zone: string;
}

export interface RestoreSituation {
  readonly report: StorageReport;
  readonly record: RestoreRecord | null;
  /** Of this node, and no other's. */
  readonly volumes: readonly DataVolume[];
  readonly snapshots: readonly KnownSnapshot[];
  /** The node does its work in spite of what it says: it must not be touched unless another one serves. */
  readonly isHealthy: boolean;
  readonly anotherIsAlerting: boolean;
  readonly paused: boolean;
}

/** One step. Each ends with a state that the next call sees, so it may die after any of them. */
export type RestoreStep =
  | { readonly do: 'nothing'; readonly because: string }
  | { readonly do: 'wait'; readonly because: string }
  /** Write the record, by compare-and-swap. */
  | { readonly do: 'record'; readonly record: RestoreRecord; readonly because: string }
  /** Make the volume that the record asks for, then write down which it is; asked twice, EC2 makes it once. */
  | { readonly do: 'create'; readonly snapshotId: string; readonly generation: number; readonly because: string }
  /** The snapshot did not help: say so on it, then write the record. */
  | { readonly do: 'markBad'; readonly snapshotId: string; readonly record: RestoreRecord; readonly because: string }
  /** The node got well without it: take back the volume that was made, which nobody uses, then write the record. */
  | {
      readonly do: 'withdraw';
      readonly volumeId: string | null;
      readonly record: RestoreRecord;
      readonly because: string;
    }
  /** Keep by name what was replaced and what did not help, then write the record. */
  | {
      readonly do: 'finish';
      readonly keep: readonly string[];
      readonly record: RestoreRecord;
      readonly because: string;
    };
