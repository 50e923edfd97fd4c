import type { NodeAnnouncement } from '../../contract/documents/announcement';

/** What a node remembers of its announcements. Times in ms, own clock; null: never. */
export interface Announcing {
  readonly writtenAt: number | null;
  /** What it said then, as `gistOf` has it. */
  readonly said: string;
  /** When it read where the others are, and listed who there is. */
  readonly readAt: number | null;
  readonly listedAt: number | null;
}

export const NOT_ANNOUNCED: Announcing = { writtenAt: null, said: '', readAt: null, listedAt: null };

/** What this node sees of the others. */
export interface OthersSeen {
  /** Known nodes of its shard, itself included. */
  readonly nodes: number;
  /** Whether each other one of them answered its last probe. */
  readonly othersAnswer: boolean;
  /** Whether there are further shards, whose dead man's switches are passed on by announcements. */
  readonly isSharded: boolean;
}

/**
 * What is due of: writing its own announcement, reading those of the others, listing who there is. At a change at once; a
 * node that answers is where it was. Of one of the own shard that does not, another may have come in its place.
 */
export function announcingDue(
  before: Announcing,
  gist: string,
  { nodes, othersAnswer, isSharded }: OthersSeen,
  announceMs: number,
  now: number,
): { readonly write: boolean; readonly read: 'all' | 'own shard' | 'none'; readonly list: boolean } {
  const passed = (since: number | null): number => (since === null || since > now ? Infinity : now - since);
  const readEveryMs = isSharded ? announceMs / 2 : announceMs;
  const isAlone = nodes < 2;
  const list = isAlone || passed(before.listedAt) >= 2 * announceMs;
  return {
    write: gist !== before.said || passed(before.writtenAt) >= announceMs,
    // Of other shards nothing hangs on a second, and all nodes that read all others are more than S3 gives to one prefix.
    read: list || passed(before.readAt) >= readEveryMs ? 'all' : othersAnswer ? 'none' : 'own shard',
    list,
  };
}

/** What others have to learn at once: not the time, nor the own shard's dead man's switch, which its nodes see themselves. */
export function gistOf({ at: _at, watchdogs = {}, ...rest }: NodeAnnouncement, shard: number): string {
  const others = Object.entries(watchdogs).filter(([number]) => number !== String(shard));
  return JSON.stringify([rest, others]);
}
