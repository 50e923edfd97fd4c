import type { KeptAside } from '../core/tsdb/set-aside';
import type { ShardReport } from '../core/sharding/sharding';
import type { KnownPause } from './assignment';
import type { VolumeTrouble } from './storage-documents';
import type { ScrapeProfile } from './profile';

/** Of the node's Thanos sidecar. */
export interface SidecarStatus {
  readonly pid: number | null;
  readonly restarts: number;
  readonly lastExit: string | null;
  readonly version: string;
  /** Thanos is not installed on this machine. */
  readonly missing: boolean;
  /** How long ago the newest uploaded block was made, or could have been for the first time; null while unknown. */
  readonly uploadAgeMs: number | null;
  /** Blocks on disk that still wait for their upload. */
  readonly waitingBlocks: number;
  /** What keeps it from its work, one sentence each. */
  readonly errors: readonly string[];
}

/** Of what the agent reads of the TSDB's files. */
export interface ScrubStatus {
  /** ISO 8601, UTC; null before the first pass. */
  readonly lastPassAt: string | null;
  readonly lastPassMs: number | null;
  readonly lastPassBytes: number | null;
  /** Since the agent started. */
  readonly passes: number;
  /** What the last pass found. */
  readonly damage: readonly {
    readonly class: string;
    /** Relative to the TSDB's directory. */
    readonly path: string | null;
    readonly says: string;
    /** What Prometheus would do if it were started on it. */
    readonly ifStarted: string;
    readonly foundAt: string;
  }[];
  /** What is kept of earlier damage, oldest first. */
  readonly setAside: readonly KeptAside[];
  /** Why only another volume helps, one sentence; null when the last start needed none. */
  readonly asksForVolume: string | null;
  /** Why the last pass failed; null when it did not. */
  readonly error: string | null;
}

/** Of what the agent fetches from other nodes that this one missed. */
export interface RefillStatus {
  /** ISO 8601, UTC: up to here nothing is missing that another node has; null before the first look. */
  readonly wholeUntil: string | null;
  readonly busy: boolean;
  /** Samples written, and those that Prometheus refused, since the agent started. */
  readonly samples: number;
  readonly refused: number;
  /** The last time that something was missing. */
  readonly last: null | {
    readonly from: string;
    readonly to: string;
    readonly samples: number;
    readonly refused: number;
    readonly tookMs: number;
    readonly at: string;
  };
  /** What keeps it from its work; null when nothing does. */
  readonly error: string | null;
}

/** Of blocks that the node lost and fetches from the bucket. */
export interface RestoreStatus {
  /** Their ULIDs: still to come, and come back since the agent started. */
  readonly wanted: readonly string[];
  readonly restored: readonly string[];
  /** Why the last attempt failed; null when it did not. */
  readonly error: string | null;
}

/** Of the data volume as a whole. */
export interface VolumeStatus {
  /** null: a plain directory, or none is mounted yet. */
  readonly id: string | null;
  readonly generation: number | null;
  /** What is wrong with it, and since when (ISO 8601, UTC). */
  readonly trouble: VolumeTrouble | null;
  readonly since: string | null;
  readonly because: string | null;
  readonly freeBytes: number | null;
  readonly totalBytes: number | null;
  /** What is done about it just now; null: nothing. */
  readonly doing: string | null;
  /** What was given up so that Prometheus has room, the newest last. */
  readonly freed: readonly string[];
}

/** GET http://node:PORTS.agent/v1/status: what an agent says of itself. Read by probes, the CLI and drills. */
export interface AgentStatus {
  readonly version: 1;
  readonly cluster: string;
  readonly shard: number;
  readonly node: string;
  readonly instanceId: string;
  readonly address: string;
  readonly zone: string;
  /** ISO 8601, UTC, this node's clock. */
  readonly now: string;
  readonly startedAt: string;
  readonly role: 'active' | 'standby' | 'unassigned';
  readonly appliedEpoch: number;
  /** The pause of that epoch; null: none. Absent in what agents of an earlier deploy say. */
  readonly pause?: KnownPause | null;
  /** The sentence of the last round. */
  readonly because: string;
  readonly gate: {
    readonly open: boolean;
    readonly warm: boolean;
    readonly held: number;
    /** Alerts that some Alertmanager accepted since the agent started. */
    readonly sent: number;
    /** ISO 8601 times of the last opening and of the first post accepted by an Alertmanager after it. */
    readonly openedAt: string | null;
    readonly firstAcceptedAt: string | null;
    readonly alertmanagers: readonly {
      readonly address: string;
      readonly behind: number;
      readonly error: string | null;
    }[];
  };
  readonly prometheus: {
    readonly pid: number | null;
    readonly startedAt: string | null;
    readonly restarts: number;
    readonly lastExit: string | null;
    readonly version: string;
  };
  readonly alertmanager: { readonly pid: number | null; readonly restarts: number; readonly version: string };
  /** null: this node has none. Absent in what agents of an earlier deploy say. */
  readonly sidecar?: SidecarStatus | null;
  readonly config: { readonly hash: string | null; readonly loadedAt: string | null; readonly error: string | null };
  /** The scrape profile in force. Absent in what agents of an earlier deploy say. */
  readonly profile?: {
    readonly name: ScrapeProfile;
    /** Between two scrapes, ms, where the profile slows them down; null: as configured. */
    readonly slowScrapeMs: number | null;
    /** Loaded so recently that not every target has been scraped since. */
    readonly settling: boolean;
  };
  /** What of the user's targets it scrapes. Absent in what agents of an earlier deploy say. */
  readonly sharding?: ShardReport;
  readonly store: { readonly reachable: boolean; readonly lastReadAt: string | null };
  /** The dead man's switch that last came back to this node, ISO 8601. Absent from agents that know none. */
  readonly watchdog?: { readonly receivedAt: string | null; readonly evaluatedAt: string | null };
  /** What the scrub of the TSDB saw. Absent from agents that have none. */
  readonly scrub?: ScrubStatus;
  /** What was fetched of what this node missed. Absent from agents that fetch nothing. */
  readonly refill?: RefillStatus;
  /** null: there is no bucket for blocks. */
  readonly restore?: RestoreStatus | null;
  /** Absent from agents that look at no volume. */
  readonly volume?: VolumeStatus;
  readonly breakGlass: null | { readonly since: string; readonly because: string };
}
