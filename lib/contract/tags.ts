/** Tags: stacks and code agree on them. A change needs a migration: the previous deploy's nodes read the same. */

/** Tags on instances, groups and volumes. */
export const TAGS = {
  cluster: 'prometheus-ha:cluster',
  shard: 'prometheus-ha:shard',
  node: 'prometheus-ha:node',
  /** Of a data volume: the highest generation wins. */
  generation: 'prometheus-ha:generation',
  /** Of a snapshot: ISO 8601, UTC. */
  takenAt: 'prometheus-ha:taken-at',
  /** Of a snapshot: what a restore test found, good or bad. */
  verified: 'prometheus-ha:verified',
  /** Of a volume made for a restore test: which snapshot, and which node tries it. */
  testOf: 'prometheus-ha:test-of',
  testedBy: 'prometheus-ha:tested-by',
  /** Of a volume that restore-snapshot made; no other is ever deleted by it. */
  restoredFrom: 'prometheus-ha:restored-from',
  /** Of a volume that was replaced: why it is kept. */
  kept: 'prometheus-ha:kept',
} as const;
