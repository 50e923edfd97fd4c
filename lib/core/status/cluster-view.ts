import type { NodeAnnouncement } from '../../contract/documents/announcement';
import type { Assignment, NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';
import type { RemedyRecord } from '../../contract/documents/remedy';
import type { Quarantined } from '../../contract/documents/quarantine';
import type { Probe } from '../failover/health';
import type { ScrapeProfile } from '../../contract/profile';
import type { QueryWay, UnknownWay } from './query-way';
import type { VolumesView } from './volume-status';

/** Objects of the control bucket that were read and cannot be used: which, and why, in one line each. */
export interface UnusableObjects {
  readonly assignment: string | null;
  readonly heartbeat: string | null;
  readonly announcements: ReadonlyMap<NodeId, string>;
  /** Begins with the node or remedy that it is of. */
  readonly others: readonly string[];
}

/** Everything an operator's view is made of. */
export interface ClusterView {
  readonly cluster: string;
  readonly shard: number;
  readonly nodes: readonly NodeId[];
  readonly assignment: Assignment | null;
  /** When the control plane last said that it probes, ISO 8601, or null. */
  readonly heartbeatAt: string | null;
  readonly announcements: ReadonlyMap<NodeId, NodeAnnouncement>;
  /** Absent: there is none. */
  readonly unusable?: UnusableObjects;
  /** Fresh probes of the nodes that could be reached from here. */
  readonly probes: ReadonlyMap<NodeId, Probe>;
  /** What nodes say of themselves beyond what a probe sees; sentences that follow the node's name. */
  readonly complaints: ReadonlyMap<NodeId, readonly string[]>;
  /** What nodes do about a new configuration; sentences that follow the node's name. */
  readonly trials?: ReadonlyMap<NodeId, string>;
  /** Why a node that answers has never loaded a configuration. */
  readonly unconfigured?: ReadonlyMap<NodeId, string>;
  /** What nodes keep of earlier corruption. */
  readonly quarantine: ReadonlyMap<NodeId, readonly Quarantined[]>;
  /** What was tried about targets that were down. */
  readonly remedies: readonly RemedyRecord[];
  /** The scrape profile that a node has loaded. */
  readonly profiles?: ReadonlyMap<NodeId, ScrapeProfile>;
  /** How many alerts fire on a node and are told to nobody, as the assignment says. */
  readonly withheld?: ReadonlyMap<NodeId, number>;
  /** null: the cluster has no Thanos. */
  readonly queries: QueryWay | UnknownWay | null;
  /** Snapshots and restores; absent or null: volumes are not looked after. */
  readonly volumes?: VolumesView;
  readonly policy: Policy;
  /** Why that is the default policy and not the deployed one; null when it is the deployed one. */
  readonly insteadBecause?: string | null;
}
