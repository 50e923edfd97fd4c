import { DISCOVERY } from '../../contract/discovery';

/** A multivalue answer of Route 53 has so many of a name's addresses at most, picked at random. */
export const NAMED_AT_ONCE = 8;

/** How shards and their nodes share names in DNS. */
export interface SharedBy {
  readonly shards: number;
  readonly replicas: number;
}

/**
 * Which of the names a shard's nodes have: as many shards share one as have all their nodes in one answer of DNS. Up to
 * eight nodes in all there is one name, and a shard more changes nothing for the others.
 */
export function sidecarName(shard: number, replicas: number): string {
  const group = Math.floor(shard / Math.max(1, Math.floor(NAMED_AT_ONCE / replicas)));
  return group === 0 ? DISCOVERY.sidecar : `${DISCOVERY.sidecar}-${group}`;
}

/** All of them, in order. */
export function sidecarNames({ shards, replicas }: SharedBy): readonly string[] {
  return [...new Set(Array.from({ length: shards }, (_, shard) => sidecarName(shard, replicas)))];
}
