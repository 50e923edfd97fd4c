/** Names of functions: stacks and code agree on them. A change needs a migration: the previous deploy's nodes read the same. */

/** Ends the names of what a shard has of its own. Shard 0 came first and has the plain names. */
export const shardSuffix = (shard: number): string => (shard === 0 ? '' : `-${shard}`);

/** Functions that health-check calls when there is something for them to do, by what follows the cluster's name. */
export const WORKERS = [
  'route-queries',
  'restore-snapshot',
  'shed-load',
  'take-snapshot',
  'issue-certificates',
] as const;
export type Worker = (typeof WORKERS)[number];
/** Those that there are once for all shards. */
export const SHARED_WORKERS: readonly Worker[] = ['issue-certificates'];

/** Functions that are called by name: by nodes, operators and each other. */
export const FUNCTIONS = {
  reconnectRedis: (cluster: string) => `${cluster}-reconnect-redis`,
  /** Once for all shards. */
  relay: (cluster: string) => `${cluster}-relay`,
  /** Once for all shards, as their Alertmanagers are one cluster. */
  silence: (cluster: string) => `${cluster}-silence`,
  healthCheck: (cluster: string, shard: number) => `${cluster}-health-check${shardSuffix(shard)}`,
  worker: (cluster: string, shard: number, worker: Worker) =>
    `${cluster}-${worker}${shardSuffix(SHARED_WORKERS.includes(worker) ? 0 : shard)}`,
} as const;
