import { hasEnded, isLast, stale, type GateState, type HeldAlert } from './gate';

/**
 * What the gate still owes to each Alertmanager. Pure: the agent's HTTP shell moves the bytes. Level-triggered: opening,
 * retrying and catching up are the same thing.
 */

/** Up to which post an Alertmanager has all firing alerts, and all that ended. */
export interface Delivered {
  readonly firing: number;
  readonly ended: number;
}

export const NOTHING_DELIVERED: Delivered = { firing: 0, ended: 0 };

/** What bears on when the ends of alerts are sent to one Alertmanager. */
export interface ReplayedPosts {
  /** When the gate was opened, ms since the Unix epoch. */
  readonly openedAt: number;
  /** How long a firing alert lives in Alertmanager after its last post, ms (Prometheus: 4 × the resend delay). */
  readonly lifeMs: number;
  /** When this node ceased to withhold alerts, ms since the Unix epoch: nothing from before has run out in an Alertmanager. */
  readonly toldFrom?: number;
  /** See endsWaitMs. Known for ends up to this `seq`: later ones are not due until it was asked for its place again. */
  readonly endsWait: { readonly ms: number; readonly upTo: number };
}

/**
 * Ends that are older than the opening wait so long. The alert may fire again at this very moment: an Alertmanager that
 * gets the old end just after another one notified of the new beginning would notify that it is resolved.
 */
const OLD_ENDS_WAIT_MS = 3_000;

/**
 * How long an Alertmanager waits for each one before it. No divisor of a usual group_interval: where the last one waits longer than
 * that, its looks and those of the others would fall on the same moments for good, and two that compare at once both notify.
 */
export const PEER_TIMEOUT_MS = 2_100;

/**
 * How long an end waits before it is sent to the Alertmanager at `place` (from 0) of a cluster of `members`.
 *
 * A clustered Alertmanager looks at what fires, waits for `place` × peer-timeout whether another one notifies, and then
 * compares what it saw *before* the wait with what has been notified by now. If that was the end, it takes the
 * alert for a new one and notifies of its beginning once more, and soon its end. So the last in the order gets every end
 * first, and each of the others as much later as it waits less: whatever one of them saw firing, it has then compared
 * before any of them can notify of the end.
 */
export function endsWaitMs(place: number, members: number, peerTimeoutMs: number): number {
  return Math.max(0, members - 1 - place) * peerTimeoutMs;
}

/** What is held, and what of it is sent: what `sends` leaves out is owed to nobody. */
export interface Sendable extends Pick<GateState, 'held' | 'posts'> {
  /** @default all */
  readonly sends?: (held: HeldAlert) => boolean;
}

/** What an Alertmanager still lacks, oldest first, at most `most`. An end that has to wait holds up the later ones. */
export function owed(
  from: Sendable,
  delivered: Delivered,
  now: number,
  replay: ReplayedPosts,
  most = Infinity,
): HeldAlert[] {
  const firing = first(most, lacking(from, from.posts.firing, delivered.firing), (h) => !stale(h, now));
  const ends: HeldAlert[] = [];
  for (const h of endsLeft(from, delivered, now, replay)) {
    if (ends.length === most || dueAt(h, replay) > now) break;
    ends.push(h);
  }
  return [...firing, ...ends].sort((a, b) => a.seq - b.seq).slice(0, most);
}

function first<T>(most: number, from: Iterable<T>, which: (one: T) => boolean): T[] {
  const found: T[] = [];
  for (const one of from) {
    if (found.length === most) break;
    if (which(one)) found.push(one);
  }
  return found;
}

/** Those after `seq` that are sent and that no later post replaced, oldest first. */
function* lacking(from: Sendable, posts: readonly HeldAlert[], seq: number): Generator<HeldAlert> {
  for (let i = placeAfter(posts, seq); i < posts.length; i += 1) {
    const h = posts[i]!;
    if (isLast(from, h) && (from.sends?.(h) ?? true)) yield h;
  }
}

/** Of the first one that comes after `seq`. */
function placeAfter(posts: readonly HeldAlert[], seq: number): number {
  let [low, high] = [0, posts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (posts[middle]!.seq <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The newest end that it lacks, by `seq`; 0 when there is none. */
export function newestEnd(from: Sendable, delivered: Delivered, now: number, replay: ReplayedPosts): number {
  return [...endsLeft(from, delivered, now, replay)].at(-1)?.seq ?? 0;
}

/** What it has after it took `batch`, the beginning of what it was owed. */
export function deliveredWith(delivered: Delivered, batch: readonly HeldAlert[]): Delivered {
  const last = (ended: boolean, before: number): number =>
    batch.reduce((seq, h) => (hasEnded(h) === ended ? Math.max(seq, h.seq) : seq), before);
  return { firing: last(false, delivered.firing), ended: last(true, delivered.ended) };
}

/** When something that waits for its time will be owed, ms since the Unix epoch; null when nothing waits. */
export function nextDueAt(from: Sendable, delivered: Delivered, now: number, replay: ReplayedPosts): number | null {
  for (const h of endsLeft(from, delivered, now, replay)) {
    const at = dueAt(h, replay);
    if (at > now && at < Infinity) return at;
  }
  return null;
}

/** Ends of this opening that wait for their time, which is when others of its cluster may have been sent them already. */
export function waitingEnds(
  from: Sendable,
  delivered: Delivered,
  now: number,
  replay: ReplayedPosts,
): { readonly held: HeldAlert; readonly at: number }[] {
  return [...endsLeft(from, delivered, now, replay)]
    .filter((held) => held.receivedAt >= replay.openedAt)
    .map((held) => ({ held, at: dueAt(held, replay) }))
    .filter(({ at }) => at > now && at < Infinity);
}

/** The ends that it lacks and that are still worth sending, due or not, oldest first. */
function* endsLeft(from: Sendable, delivered: Delivered, now: number, replay: ReplayedPosts): Generator<HeldAlert> {
  for (const h of lacking(from, from.posts.ended, delivered.ended))
    if (!stale(h, now) && !overEverywhere(h, now, replay)) yield h;
}

/** The last post of its firing has run out by now: sent or not, it is over in every Alertmanager. */
function overEverywhere({ endsAt, receivedAt }: HeldAlert, now: number, replay: ReplayedPosts): boolean {
  const { lifeMs, toldFrom = -Infinity } = replay;
  return endsAt < now - lifeMs && receivedAt > toldFrom;
}

function dueAt({ endsAt, receivedAt, seq }: HeldAlert, { openedAt, endsWait }: ReplayedPosts): number {
  if (seq > endsWait.upTo) return Infinity;
  const old = endsAt < openedAt;
  return (old ? openedAt + OLD_ENDS_WAIT_MS : receivedAt) + endsWait.ms;
}
