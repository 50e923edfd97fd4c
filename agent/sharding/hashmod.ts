import { createHash } from 'node:crypto';

/** What Prometheus's relabel action `hashmod` makes of one label's value: the last 8 bytes of its MD5, modulo. */
export function hashmod(value: string, shardCount: number): number {
  return Number(createHash('md5').update(value).digest().readBigUInt64BE(8) % BigInt(shardCount));
}
