/** Names of functions: stacks and code agree on them. A change needs a migration: the previous deploy's nodes read the same. */

/** Ends the names of what a shard has of its own. Shard 0 came first and has the plain names. */
export const shardSuffix = (shard: number): string => (shard === 0 ? '' : `-${shard}`);

/** Functions that nodes call or operators ask, by name. */
export const FUNCTIONS = {
  reconnectRedis: (cluster: string) => `${cluster}-reconnect-redis`,
  /** Once for all shards. */
  relay: (cluster: string) => `${cluster}-relay`,
  healthCheck: (cluster: string, shard: number) => `${cluster}-health-check${shardSuffix(shard)}`,
} as const;
