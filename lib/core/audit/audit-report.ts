import type { ReplicaGap, Track } from './track';

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
  /** How long a replica may take to find it, ms: another one found it sooner, and that is no gap. @default 0 */
  readonly foundWithinMs?: number;
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
