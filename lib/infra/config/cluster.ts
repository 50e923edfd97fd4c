import type { ScrapeLimits } from '../../contract/documents/config';
import type { Policy } from '../../contract/documents/policy';
import type { Endpoint } from '../../contract/documents/remedy';
import type { LoadPolicy } from '../../contract/documents/settings';
import type { PinnedRelease } from '../../contract/versions';

export type Architecture = 'arm64' | 'x86_64';

/** One Prometheus node: an Auto Scaling group of one and a data volume that outlives it. */
export interface ClusterNode {
  /** Names the node's volume. */
  readonly name: string;
  /** One of `zones`; instance and volume live there. */
  readonly zone: string;
}

/** A new VPC: one private subnet per zone and a gateway endpoint for S3. */
export interface NewNetwork {
  readonly kind: 'new';
  /** IPv4 range of the VPC, /16 to /24. */
  readonly cidr: string;
  /**
   * How nodes reach what is not S3 (volumes are attached by EC2's API; Session Manager).
   * `nat`: a NAT gateway per zone, also for downloads and for receivers of notifications on the internet.
   * `endpoints`: interface endpoints only, no internet; needs `artifactMirror`.
   * Failover needs neither.
   */
  readonly egress: 'nat' | 'endpoints';
}

/** A VPC that exists already. It must have what `egress` of a new one would give. */
export interface ImportedNetwork {
  readonly kind: 'imported';
  readonly vpcId: string;
  readonly cidr: string;
  /** One private subnet per zone, and its route table: the gateway endpoint for S3 is added to it. */
  readonly subnets: Readonly<Record<string, { readonly subnetId: string; readonly routeTableId: string }>>;
  /** false when the VPC has a gateway endpoint for S3 already. */
  readonly addS3Endpoint: boolean;
}

/** A pinned release: its version and the SHA-256 of its Linux tarballs, as the project publishes them. */
export type PinnedArtifact = Pick<PinnedRelease, 'version' | 'sha256'>;

/** One digest for ECS and for the nodes' sidecars; `repository` may be a mirror of it. */
export interface PinnedImage {
  readonly repository: string;
  readonly version: string;
  readonly digest: string;
}

/** CPU units (1024 is one vCPU) and memory of one Fargate task. */
export interface TaskSize {
  readonly cpu: 256 | 512 | 1024 | 2048 | 4096;
  readonly memoryMiB: number;
}

/** Thanos: one view of all replicas, and history in S3. */
export interface ThanosConfig {
  /** @default the version that is tested (lib/contract/versions) */
  readonly image?: PinnedImage;
  /** How much time a block holds when it is uploaded: 2h, or minutes to watch blocks move. */
  readonly blockDuration: string;
  /** How long the bucket keeps samples: as scraped, one per 5 minutes, one per hour (not made when left out). */
  readonly retention: { readonly raw: string; readonly fiveMinutes: string; readonly oneHour?: string };
  /** `tasks` always run, spread over the zones; up to `maxTasks` under load. */
  readonly query: TaskSize & { readonly tasks: number; readonly maxTasks: number };
  readonly store: TaskSize & { readonly diskGiB: number };
  /** Its disk decides how long the longest blocks are: see lib/infra/config/compaction.ts. */
  readonly compactor: TaskSize & { readonly diskGiB: number };
}

/** What is tried when a target is down, besides paging: reconnecting to it, and then whatever the user adds. */
export interface Remedy {
  /** Lower-case letters, digits and dashes. */
  readonly name: string;
  /** Which alerts call it: those of this name, those about this target (`instance`), or only those that are both. */
  readonly when: { readonly alert?: string; readonly target?: string };
  /** Tried from inside the VPC. The function that tries can connect to nothing else. */
  readonly connect: Endpoint;
  /** Redis only: name or ARN of the secret in Secrets Manager that is its password, as it is when this is deployed. */
  readonly passwordSecret?: string;
  /** Off unless it is given. */
  readonly hook?: RemedyHookConfig;
}

/** A remedy of the user's own: restart a service, fail over a replica. It runs inside the function that reconnects. */
export interface RemedyHookConfig {
  /** A TypeScript module, seen from the project's directory, whose default export is a RemedyHook (lambdas/reconnect-redis). */
  readonly module: string;
  /** Called once, when the target did not answer for so long. */
  readonly after: string;
  /** What it may do beyond what the function may. */
  readonly allow: readonly { readonly actions: readonly string[]; readonly resources: readonly string[] }[];
}

/** When and how nodes scrape less: docs/runbook/load-shed.md. */
export interface LoadConfig {
  /** What a node may bear, each sustained: beyond one of them the cluster scrapes less. */
  readonly limits: {
    /** Resident memory of Prometheus. */
    readonly memoryMiB: number;
    /** @default three times what `ingest` expects */
    readonly samplesPerSecond?: number;
    /** @default what three times the expected samples need, at 8 bytes each */
    readonly walMiBPerMinute?: number;
    /** What half of the targets take to answer, as a share of scrapeInterval. @default 0.5 */
    readonly scrapeTime?: number;
    /** What the slowest group of rules takes, as a share of its interval. @default 0.8 */
    readonly evaluationTime?: number;
  };
  /** @default 30s */
  readonly sustainedFor?: string;
  /** @default 5m */
  readonly recoverAfter?: string;
  /** Regular expression of metrics that may be missing in the worst case (profile minimal). @default none */
  readonly droppable?: string;
}

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

/** What a ClusterConfig says about Thanos, with its default in its place. */
export interface ClusterThanos extends ThanosConfig {
  readonly image: PinnedImage;
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
