/**
 * Names of functions: two sides must agree on them, the stacks that create a thing and the code that uses it.
 * Nothing here may change without a migration: nodes of the previous deploy read the same objects.
 */

/** Ends the names of what a shard has of its own. Shard 0 came first and has the plain names. */
export const shardSuffix = (shard: number): string => (shard === 0 ? '' : `-${shard}`);

/** Functions that nodes call or operators ask, by name. */
export const FUNCTIONS = {
  reconnectRedis: (cluster: string) => `${cluster}-reconnect-redis`,
  healthCheck: (cluster: string, shard: number) => `${cluster}-health-check${shardSuffix(shard)}`,
} as const;
