/** Environment variables: stacks and code agree on them. A change needs a migration: the previous deploy's nodes read the same. */

/** Environment variables of the functions. */
export const ENV = {
  cluster: 'PROMHA_CLUSTER',
  shard: 'PROMHA_SHARD',
  controlBucket: 'PROMHA_CONTROL_BUCKET',
  /** A Policy as JSON. */
  policy: 'PROMHA_POLICY',
  /** Where queries can go: QueryRoutes as JSON. */
  queryRoutes: 'PROMHA_QUERY_ROUTES',
  /** What nodes may bear: LoadSettings as JSON. */
  load: 'PROMHA_LOAD',
  /** Which functions health-check calls: Workers as JSON. */
  workers: 'PROMHA_WORKERS',
  /** What reconnect-redis may connect to: RemedyTargets as JSON. */
  remedies: 'PROMHA_REMEDIES',
  /** The key that signs certificates: its ARN. */
  authorityKey: 'PROMHA_AUTHORITY_KEY',
  /** The password of one of them. */
  remedyPassword: (name: string) => `PROMHA_REMEDY_PASSWORD_${name.replaceAll('-', '_').toUpperCase()}`,
} as const;
