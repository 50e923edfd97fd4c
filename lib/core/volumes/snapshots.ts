import type { NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';

/** A snapshot of a data volume, as its tags say. Only such as carry our cluster and shard are ever seen. */
export interface KnownSnapshot {
  readonly id: string;
  readonly node: NodeId;
  readonly volumeId: string;
  readonly generation: number;
  /** ms since the Unix epoch. */
  readonly takenAt: number;
  readonly completed: boolean;
  /** What a restore test found; null: not tested yet. */
  readonly verdict: 'good' | 'bad' | null;
}

type SnapshotPolicy = Policy['snapshots'];

export const newestFirst = (a: KnownSnapshot, b: KnownSnapshot): number => b.takenAt - a.takenAt;

/** EC2 refuses a sixth of one volume while five are being made, and more than one at once makes none of them quicker. */
const MOST_PENDING = 2;
/** So old, one that is not completed has failed, and waiting for it would end snapshots for good. */
const STUCK_MS = 24 * 3_600_000;
/** How soon another one follows while a new node has none but bad ones, and how long a node is new. */
const AGAIN_MS = 2 * 60_000;
const NEW_MS = 30 * 60_000;

/** Whether a node's volume is to be snapshotted now. */
export function isDue(ofNode: readonly KnownSnapshot[], policy: SnapshotPolicy, now: number): boolean {
  const pending = ofNode.filter((s) => !s.completed && now - s.takenAt < STUCK_MS);
  if (pending.length >= MOST_PENDING) return false;
  const newest = Math.max(0, ...ofNode.map((s) => s.takenAt));
  const everyMs = isNewAndBad(ofNode, now) ? Math.min(AGAIN_MS, policy.everyMs) : policy.everyMs;
  // Half a minute early rather than a whole one late: the schedule comes once a minute.
  return now - newest >= everyMs - 30_000;
}

/** The first of a new node was taken before Prometheus stored a sample, and is found bad: there is nothing to restore from. */
function isNewAndBad(ofNode: readonly KnownSnapshot[], now: number): boolean {
  const since = Math.min(...ofNode.map((s) => s.takenAt));
  return now - since < NEW_MS && ofNode.every((s) => s.verdict === 'bad');
}

/**
 * Which of one node's snapshots go: all of the last hours are kept, then one of each hour, of each day, and nothing after
 * that: the newest good one of it, or the newest that was not tested. The newest good one is kept for ever, and so is
 * the newest of all.
 */
export function toPrune(ofNode: readonly KnownSnapshot[], policy: SnapshotPolicy, now: number): KnownSnapshot[] {
  const sorted = [...ofNode].sort(newestFirst);
  const kept = new Set<string>();
  const keep = (s: KnownSnapshot | undefined): unknown => s && kept.add(s.id);
  keep(sorted[0]);
  keep(sorted.find((s) => s.verdict === 'good'));
  const slots = new Set<string>();
  // Only a few are tested: one that was found good must not go for the sake of one that nobody tried.
  for (const s of [...sorted.filter((k) => k.verdict === 'good'), ...sorted]) {
    const age = now - s.takenAt;
    if (age <= policy.allMs) keep(s);
    const slot =
      age <= policy.hourlyMs
        ? `h${Math.floor(s.takenAt / 3_600_000)}`
        : age <= policy.dailyMs
          ? `d${Math.floor(s.takenAt / 86_400_000)}`
          : null;
    // A bad one never stands for its hour, nor does one that was never completed.
    if (slot === null || slots.has(slot) || s.verdict === 'bad' || !s.completed) continue;
    slots.add(slot);
    keep(s);
  }
  return sorted.filter((s) => !kept.has(s.id));
}

/** What to test next, of all nodes: that of the node whose last tested snapshot is the oldest; never tested goes first. */
export function nextToTest(
  nodes: readonly NodeId[],
  snapshots: readonly KnownSnapshot[],
  policy: SnapshotPolicy,
): KnownSnapshot | null {
  const due = nodes.flatMap((node) => {
    const ofNode = snapshots.filter((s) => s.node === node);
    const next = toTest(ofNode, policy);
    const tested = ofNode.filter((s) => s.verdict !== null).map((s) => s.takenAt);
    return next === null ? [] : [{ next, last: Math.max(0, ...tested) }];
  });
  return due.sort((a, b) => a.last - b.last || a.next.takenAt - b.next.takenAt)[0]?.next ?? null;
}

/**
 * What to test next of one node: the newest, when it is not tested and the last good one is old enough. After a bad one
 * the next is tried at once: until one is good there may be nothing to restore from.
 */
function toTest(ofNode: readonly KnownSnapshot[], policy: SnapshotPolicy): KnownSnapshot | null {
  const sorted = ofNode.filter((s) => s.completed).sort(newestFirst);
  const newest = sorted[0];
  if (newest === undefined || newest.verdict !== null) return null;
  const lastTested = sorted.find((s) => s.verdict !== null);
  if (lastTested === undefined || lastTested.verdict === 'bad') return newest;
  return newest.takenAt - lastTested.takenAt >= policy.testEveryMs - 30_000 ? newest : null;
}

/**
 * The snapshots to restore from, best first: good ones from before the corruption, the newest first; then untested ones,
 * since a restore is a test too and an empty node helps nobody. Never one that was found bad.
 */
export function restoreCandidates(
  ofNode: readonly KnownSnapshot[],
  before: number,
  tried: readonly string[],
): KnownSnapshot[] {
  const usable = ofNode
    .filter((s) => s.completed && s.takenAt < before && s.verdict !== 'bad' && !tried.includes(s.id))
    .sort(newestFirst);
  return [...usable.filter((s) => s.verdict === 'good'), ...usable.filter((s) => s.verdict === null)];
}

/** Age of the newest good snapshot, ms; null when there is none. */
export function goodAge(ofNode: readonly KnownSnapshot[], now: number): number | null {
  const newest = ofNode.filter((s) => s.verdict === 'good').sort(newestFirst)[0];
  return newest === undefined ? null : now - newest.takenAt;
}

/** Whether a node that loses its volume now loses no more than the policy allows. */
export const hasYoungGood = (ofNode: readonly KnownSnapshot[], policy: SnapshotPolicy, now: number): boolean =>
  (goodAge(ofNode, now) ?? Infinity) <= policy.goodWithinMs;
