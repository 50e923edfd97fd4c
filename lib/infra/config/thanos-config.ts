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

/** What a ClusterConfig says about Thanos, with its default in its place. */
export interface ClusterThanos extends ThanosConfig {
  readonly image: PinnedImage;
}
