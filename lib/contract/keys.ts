/** Keys of objects: stacks and code agree on them. A change needs a migration: the previous deploy's nodes read the same. */

/**
 * Rewritten every few seconds, so that their history is worth little: beginnings of their own, the same for every shard.
 * The bucket's lifecycle and the policies name these, and a further shard or node changes neither.
 */
export const ANNOUNCEMENTS = 'nodes/';
export const HEARTBEATS = 'heartbeats/';

/** A node and the shard that it belongs to. */
export interface NodeOfShard {
  readonly shard: number;
  readonly node: string;
}

/** Whose announcement an object is; null for any other object. */
export function announcedAt(key: string): NodeOfShard | null {
  const [, shard, node] = /^nodes\/(\d+)\/([^/]+)\.json$/.exec(key) ?? [];
  return node === undefined ? null : { shard: Number(shard), node };
}

/** The order of preference: nodes are numbered, and 2 comes before 10. */
export function inOrder(a: NodeOfShard, b: NodeOfShard): number {
  return a.shard - b.shard || a.node.localeCompare(b.node, 'en', { numeric: true });
}

/** Objects in the control bucket (versioned). `shard` is the shard's number, from 0. */
export const KEYS = {
  assignment: (shard: number) => `shards/${shard}/assignment.json`,
  announcement: (shard: number, node: string) => `${ANNOUNCEMENTS}${shard}/${node}.json`,
  heartbeat: (shard: number) => `${HEARTBEATS}${shard}.json`,
  /** Who tries a remedy, and what came of it last: a RemedyRecord. */
  remedy: (shard: number, name: string) => `shards/${shard}/remedies/${name}.json`,
  /** Between how many shards targets are split: a ShardMap. */
  shardMap: 'shards/layout.json',
  /** How far a move from another Alertmanager is: a Move. */
  move: 'shards/move.json',
  /** How the node's data volume is: a StorageReport. */
  storage: (shard: number, node: string) => `${HEARTBEATS}${shard}/tsdb/${node}.json`,
  /** What is done about it: a RestoreRecord. */
  restore: (shard: number, node: string) => `shards/${shard}/restores/${node}.json`,
  /** Points to the configuration bundle that nodes shall run: a ConfigPointer. */
  configPointer: 'config/current.json',
  /** Whose certificates hold, and how Alertmanagers gossip: a TrustBundle. */
  trust: 'trust/bundle.json',
  /** A node asks for a certificate: a CertificateRequest. */
  certificateRequest: (shard: number, node: string) => `trust/requests/${shard}/${node}.json`,
  /** What it was given: a CertificateAnswer. */
  certificate: (shard: number, node: string) => `trust/certificates/${shard}/${node}.json`,
} as const;

/** Of every node of a shard, as policies name them. */
export const STORAGE = (shard: number): string => KEYS.storage(shard, '*');
export const RESTORES = (shard: number): string => KEYS.restore(shard, '*');
