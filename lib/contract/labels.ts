/** Labels: stacks and code agree on them. A change needs a migration: the previous deploy's nodes read the same. */

/** On alerts about a shard as a whole: alerts lose the external labels, and those of two shards would be one. */
export const SHARD_LABEL = 'prometheus_ha_shard';

/** Labels that tell replicas apart in the TSDB; `replica` and `shard` are dropped from alerts. */
export const EXTERNAL_LABELS = { cluster: 'cluster', shard: 'shard', replica: 'replica' } as const;
