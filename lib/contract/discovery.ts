/** Names in DNS: stacks and code agree on them. A change needs a migration: the previous deploy's nodes read the same. */

/** Names in the VPC's DNS (Cloud Map): <service>.<cluster>.internal, one A record per node or task. */
export const DISCOVERY = {
  namespace: (cluster: string) => `${cluster}.internal`,
  sidecar: 'sidecar',
  query: 'query',
  store: 'store',
  compact: 'compact',
} as const;
