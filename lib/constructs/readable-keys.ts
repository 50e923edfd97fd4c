import type { Cluster } from '../config/cluster';
import { KEYS } from '../core/names';

/** Objects of the control bucket that every node and function of the shard reads, each by name. */
export function readableKeys({ shard, nodes }: Cluster): string[] {
  return [
    KEYS.assignment(shard),
    KEYS.heartbeat(shard),
    KEYS.configPointer,
    ...nodes.map(({ name }) => KEYS.announcement(shard, name)),
  ];
}
