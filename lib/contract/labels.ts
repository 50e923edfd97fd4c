/**
 * Labels: two sides must agree on them, the stacks that create a thing and the code that uses it.
 * Nothing here may change without a migration: nodes of the previous deploy read the same objects.
 */

/** On alerts about a shard as a whole: alerts lose the external labels, and those of two shards would be one. */
export const SHARD_LABEL = 'prometheus_ha_shard';

/** Labels that tell replicas apart in the TSDB; `replica` and `shard` are dropped from alerts. */
export const EXTERNAL_LABELS = { cluster: 'cluster', shard: 'shard', replica: 'replica' } as const;
