import type { Assignment, Caller, NodeId } from '../../contract/documents/assignment';

export interface Promotion {
  readonly active: NodeId;
  readonly reason: string;
  readonly by: Caller;
  /** The highest epoch that a node says it has applied, as far as it is believed; 0 when unknown. */
  readonly appliedEpoch: number;
}

/** The next document after a promotion; `now` in ms since the Unix epoch. What is not known here is kept. */
export function promoted(previous: Assignment | null, change: Promotion, now: number, windowMs: number): Assignment {
  // An object that was lost or put back is followed by an epoch that every node accepts.
  const epoch = Math.max(previous?.epoch ?? 0, change.appliedEpoch) + 1;
  const moved = previous !== null && previous.active !== change.active;
  const at = new Date(now).toISOString();
  const recent = previous?.promotions.filter((t) => Date.parse(t) > now - windowMs) ?? [];
  return {
    paused: null,
    scrapeProfile: 'normal',
    ...previous,
    version: 1,
    epoch,
    active: change.active,
    reason: change.reason,
    by: change.by,
    since: previous === null || moved ? at : previous.since,
    at,
    // Neither the first assignment nor one that is only written anew counts towards damping.
    promotions: moved ? [...recent, at] : recent,
  };
}
