import type { NodeId } from './assignment';
import type { Policy } from './policy';
import type { LoadPolicy } from '../core/load/shed';
import type { RemedyTrigger } from '../core/remedies/remedies';
import type { ShardReport } from '../core/sharding/sharding';

/** A node says where it is (KEYS.announcement); written every policy.announceMs. */
export interface NodeAnnouncement {
  readonly version: 1;
  readonly node: NodeId;
  readonly instanceId: string;
  /** IPv4 address at which functions and peers reach the node. */
  readonly address: string;
  readonly zone: string;
  readonly volumeId: string | null;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly agentStartedAt: string;
  readonly versions: { readonly agent: string; readonly prometheus: string; readonly alertmanager: string };
  /** What it scrapes. Absent from agents of an earlier deploy, and before the node has a configuration. */
  readonly report?: ShardReport;
  /** Of each shard: when the youngest dead man's switch that came back here was evaluated, ISO 8601. */
  readonly watchdogs?: Readonly<Record<string, string>>;
}

/** The control plane says that it is probing (KEYS.heartbeat); written by every health-check cycle. */
export interface ControlHeartbeat {
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly invocation: string;
}

/** Which configuration bundle nodes shall run (KEYS.configPointer). */
export interface ConfigPointer {
  readonly version: 1;
  readonly bucket: string;
  readonly key: string;
  /** SHA-256 of the bundle's bytes, hex. */
  readonly hash: string;
}

/** What one target may expose; 0 for no limit. */
export interface ScrapeLimits {
  readonly samples: number;
  readonly labels: number;
  readonly labelValueLength: number;
  /** E.g. 50MB. */
  readonly body: string;
}

/** Rules, targets and Alertmanager's configuration, as the user wrote them; one JSON file, an S3 asset. */
export interface ConfigBundle {
  readonly version: 1;
  readonly global: { readonly scrapeInterval: string; readonly evaluationInterval: string };
  /** Regular expression of the metrics that the minimal profile does without; absent: none. */
  readonly droppable?: string;
  /** Beyond these a target's scrape fails as a whole. Absent in bundles of an earlier deploy: the defaults. */
  readonly scrapeLimits?: ScrapeLimits;
  /** External labels other than `replica`. */
  readonly externalLabels: Readonly<Record<string, string>>;
  /** File name → text of config/rules/*.yml. */
  readonly rules: Readonly<Record<string, string>>;
  /** Job name → text of config/targets/<job>.yml (Prometheus's file_sd format). */
  readonly targets: Readonly<Record<string, string>>;
  /** Text of config/alertmanager.yml. */
  readonly alertmanager: string;
  /** Which alerts call a remedy. Absent from bundles of earlier versions. */
  readonly remedies?: readonly RemedyTrigger[];
}

/** A program that a node runs: official release, verified by its SHA-256. */
export interface Artifact {
  readonly version: string;
  /** Release tarballs by architecture (amd64, arm64). */
  readonly urls: Readonly<Record<string, string>>;
  readonly sha256: Readonly<Record<string, string>>;
}

/** What nodes may bear before they scrape less (ENV.load). */
export interface LoadSettings {
  readonly policy: LoadPolicy;
  /** In the normal profile. */
  readonly scrapeInterval: string;
}

/** Where the query listener can point (ENV.queryRoutes). */
export interface QueryRoutes {
  readonly listenerArn: string;
  readonly thanosTargetGroupArn: string;
  readonly nodesTargetGroupArn: string;
}

/** A container image by its digest, so that nodes and ECS run the same bits. */
export interface ThanosImage {
  /** Registry and name, e.g. quay.io/thanos/thanos. */
  readonly repository: string;
  /** For people; the digest decides. */
  readonly version: string;
  /** sha256:… of the multi-architecture index. */
  readonly digest: string;
}

/** What a node needs to upload blocks and to be found by Thanos query. */
export interface NodeThanos {
  readonly image: ThanosImage;
  /** Bucket for blocks. */
  readonly bucket: string;
  /** Cloud Map service in which the node registers its address. */
  readonly discoveryServiceId: string;
  /** How much time a block holds before it is uploaded, e.g. 2h. */
  readonly blockDuration: string;
}

/** What a node is told at boot (user data, written to /etc/prometheus-ha/node.json). Data only: the logic is the agent's. */
export interface NodeConfig {
  readonly version: 1;
  readonly cluster: string;
  readonly shard: number;
  readonly node: NodeId;
  readonly region: string;
  readonly controlBucket: string;
  readonly policy: Policy;
  readonly prometheus: {
    readonly artifact: Artifact;
    readonly retentionTime: string;
    readonly walSegmentSize: string;
    /** Firing alerts are sent again this often, e.g. 15s; also bounds how long a hand-over may take (EndsAt = 4 ×). */
    readonly resendDelay: string;
  };
  readonly alertmanager: { readonly artifact: Artifact; readonly peerTimeout: string };
  /** null: no sidecar, and Prometheus compacts its blocks itself. */
  readonly thanos: NodeThanos | null;
  /** S3 bucket with mirrored artifacts (same file names), tried before the URLs; null for none. */
  readonly artifactMirror: string | null;
  /** Its agent looks after its data volume: tries snapshots, and takes another volume where its own is lost. Absent: no. */
  readonly snapshots?: true;
}
