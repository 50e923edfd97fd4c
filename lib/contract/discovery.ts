/**
 * Names in DNS: two sides must agree on them, the stacks that create a thing and the code that uses it.
 * Nothing here may change without a migration: nodes of the previous deploy read the same objects.
 */

/** Names in the VPC's DNS (Cloud Map): <service>.<cluster>.internal, one A record per node or task. */
export const DISCOVERY = {
  namespace: (cluster: string) => `${cluster}.internal`,
  sidecar: 'sidecar',
  query: 'query',
  store: 'store',
  compact: 'compact',
} as const;
