import type { ScrapeLimits } from '../../contract/documents/config';
import type { Policy } from '../../contract/documents/policy';
import type { LoadPolicy } from '../../contract/documents/settings';
import type { PinnedRelease } from '../../contract/versions';
import type { NewNetwork, ImportedNetwork } from './network-config';
import type { ThanosConfig, ClusterThanos } from './thanos-config';
import type { Remedy } from './remedy-config';
import type { LoadConfig } from './load-config';

export type Architecture = 'arm64' | 'x86_64';

/** One Prometheus node: an Auto Scaling group of one and a data volume that outlives it. */
export interface ClusterNode {
  /** Names the node's volume. */
  readonly name: string;
  /** One of `zones`; instance and volume live there. */
  readonly zone: string;
}

/** A pinned release: its version and the SHA-256 of its Linux tarballs, as the project publishes them. */
export type PinnedArtifact = Pick<PinnedRelease, 'version' | 'sha256'>;

type DeepPartial<T> = { readonly [K in keyof T]?: T[K] extends object ? DeepPartial<T[K]> : T[K] };

/** What config/cluster.ts says. */
export interface ClusterConfig {
  /** Prefix of the stacks, functions and alarms, and the label `cluster` of every series. */
  readonly name: string;
  readonly region: string;
  /** Only where the stacks must not be deployable to any other account. */
  readonly account?: string;
  /** One more at the end only adds, up to three with NAT gateways and four without; beyond that subnets of a new VPC would move. */
  readonly zones: readonly string[];
  /** Nodes of each shard, at least two, over the zones in turn: prometheus-1, prometheus-2, …; of shard 1 prometheus-1-1, … */
  readonly replicas: number;
  /** Targets are split over so many, by a hash of their address. @default 1. Rules change their meaning: docs/sharding.md */
  readonly shards?: number;
  /** Nodes that are not where their turn would put them: name → zone. Also keeps nodes where they are when zones change. */
  readonly placement?: Readonly<Record<string, string>>;
  readonly instance: {
    readonly type: string;
    readonly architecture: Architecture;
    /** Amazon Linux 2023 by region. Pinned: a "latest" lookup replaces nodes on the day Amazon publishes one. */
    readonly ami: Readonly<Record<string, string>>;
  };
  /** Data volume of each node. */
  readonly volume: { readonly sizeGiB: number };
  /**
   * Snapshots of data volumes, restore tests of them, and a new volume for a node that lost its own; how often: `policy`.
   * What they do, and what they cost: docs/decisions/0015-volumes-and-snapshots.md.
   * @default false
   */
  readonly snapshots?: boolean;
  readonly network: NewNetwork | ImportedNetwork;
  /** IPv4 ranges that may query through the load balancer. */
  readonly clients: readonly string[];
  readonly scrapeInterval: string;
  readonly evaluationInterval: string;
  readonly retention: string;
  /** 10MB to 256MB. */
  readonly walSegmentSize: string;
  /** Firing alerts are repeated to Alertmanager this often; four times this is how long one lives without a repeat. */
  readonly resendDelay: string;
  /** Changes to DEFAULT_POLICY (lib/contract/documents/policy.ts). */
  readonly policy?: DeepPartial<Policy>;
  /** What one node is expected to take in; the disk is checked against it. */
  readonly ingest: { readonly series: number; readonly bytesPerSample: number };
  readonly load: LoadConfig;
  /**
   * One target beyond these fails as a whole, and the rest goes on. Only `body` keeps memory free of labels that are new in
   * each scrape: set it to what your largest target sends.
   * @default DEFAULT_SCRAPE_LIMITS (lib/core/rendering/render.ts)
   */
  readonly scrapeLimits?: Partial<ScrapeLimits>;
  /** Other releases than those that are tested. @default lib/contract/versions, which `npm run pin` raises */
  readonly artifacts?: { readonly prometheus?: PinnedArtifact; readonly alertmanager?: PinnedArtifact };
  readonly thanos: ThanosConfig;
  /**
   * A bucket in the same region, tried before the internet: release tarballs under their own names, and the blobs of
   * the Thanos image as oci/sha256/<hex>.
   */
  readonly artifactMirror?: string;
  /** What is tried when a target is down. None by default. */
  readonly remedies?: readonly Remedy[];
  /** Gets a mail for every alarm of the control plane, after it confirmed the subscription. */
  readonly alarmEmail?: string;
  /** Where docs/runbook is published, e.g. https://wiki.example/runbook: alarms link to it. @default the path in the repository */
  readonly runbookBase?: string;
}

/** Gives config/cluster.ts its types; what it says is checked at synth (lib/infra/config/load.ts). */
export function defineCluster(config: ClusterConfig): ClusterConfig {
  return config;
}

/** A ClusterConfig that was found sound, with every default in its place; seen from one of its shards. */
export interface Cluster extends Omit<
  ClusterConfig,
  'policy' | 'remedies' | 'load' | 'scrapeLimits' | 'artifacts' | 'thanos'
> {
  /** null: an overlay leaves it out (a machine that cannot have it). */
  readonly thanos: ClusterThanos | null;
  readonly shards: number;
  readonly policy: Policy;
  readonly load: LoadPolicy & { readonly droppable?: string };
  readonly scrapeLimits: ScrapeLimits;
  readonly artifacts: { readonly prometheus: PinnedArtifact; readonly alertmanager: PinnedArtifact };
  readonly remedies: readonly Remedy[];
  /** Which shard this is about: that of the stacks made from it. What belongs to the whole cluster is made for shard 0. */
  readonly shard: number;
  /** Nodes of this shard, in order of preference. */
  readonly nodes: readonly ClusterNode[];
}
