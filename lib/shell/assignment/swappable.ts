import type { Assignment } from '../../contract/documents/assignment';
import type { ConfigPointer } from '../../contract/documents/config';
import type { ShardMap } from '../../contract/documents/shard-map';
import type { Swappable } from './update-by-cas';
import type { ControlStore } from './store';

/** The assignment, for updateByCas. */
export const swappableAssignment = (
  store: Pick<ControlStore, 'readAssignment' | 'writeAssignment'>,
): Swappable<Assignment> => ({
  async read() {
    const read = await store.readAssignment();
    return read && { document: read.assignment, etag: read.etag };
  },
  write: async (next, etag) => (await store.writeAssignment(next, etag)) === 'written',
});

/** The pointer to the configuration, for updateByCas. */
export const swappablePointer = (
  store: Pick<ControlStore, 'readConfigPointer' | 'writeConfigPointer'>,
): Swappable<ConfigPointer> => ({
  async read() {
    const read = await store.readConfigPointer();
    return read && { document: read.pointer, etag: read.etag };
  },
  write: async (next, etag) => (await store.writeConfigPointer(next, etag)) === 'written',
});

/** The shard map, for updateByCas. */
export const swappableShardMap = (
  store: Pick<ControlStore, 'readShardMap' | 'writeShardMap'>,
): Swappable<ShardMap> => ({
  async read() {
    const read = await store.readShardMap();
    return read && { document: read.shardMap, etag: read.etag };
  },
  write: async (next, etag) => (await store.writeShardMap(next, etag)) === 'written',
});
