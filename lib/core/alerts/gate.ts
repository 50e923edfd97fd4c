/**
 * What the alert gate holds and what it still owes to each Alertmanager. Pure: the agent's HTTP
 * shell moves the bytes. Level-triggered: opening, retrying and catching up are the same thing.
 */
import type { PostedAlert } from '../../contract/documents/alerts';

export interface HeldAlert {
  readonly alert: PostedAlert;
  /** ms since the Unix epoch, own clock. */
  readonly receivedAt: number;
  /** Rises with every post accepted by this gate. */
  readonly seq: number;
}

export interface GateState {
  readonly seq: number;
  /** By fingerprint of the labels: the last post only. */
  readonly held: ReadonlyMap<string, HeldAlert>;
}

export const EMPTY_GATE: GateState = { seq: 0, held: new Map() };

/** Same labels, same key, whatever their order. */
export function fingerprint(labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels).sort();
  return JSON.stringify(names.map((name) => [name, labels[name]]));
}

/**
 * Keeps the last post of every alert. A repeated end is no news and keeps its place: Prometheus repeats it for
 * 15 minutes, and each repetition would make a clustered Alertmanager look at the alert as it was. If the alert
 * fires again just then, that Alertmanager tells it as resolved.
 */
export function hold(state: GateState, posted: readonly PostedAlert[], now: number): GateState {
  const held = new Map(state.held);
  let { seq } = state;
  for (const alert of posted) {
    const key = fingerprint(alert.labels);
    const before = held.get(key);
    if (before !== undefined && endedBy(alert, now) && sameEnd(alert, before.alert)) continue;
    seq += 1;
    held.set(key, { alert, receivedAt: now, seq });
  }
  return { seq, held };
}

function endedBy(alert: PostedAlert, now: number): boolean {
  return Date.parse(alert.endsAt ?? '') <= now;
}

function sameEnd(a: PostedAlert, b: PostedAlert): boolean {
  return a.startsAt === b.startsAt && a.endsAt === b.endsAt;
}

/**
 * Prometheus repeats a resolved alert for 15 minutes; after that nobody needs it. Kept a little longer, so that its
 * last repetitions are still known for what they are.
 */
const KEEP_RESOLVED_MS = 16 * 60_000;

/** Forgets what can no longer be told truthfully. */
export function forgetStale(state: GateState, now: number): GateState {
  const held = new Map([...state.held].filter(([, h]) => !stale(h, now)));
  return held.size === state.held.size ? state : { seq: state.seq, held };
}

/**
 * A firing alert that Prometheus stopped repeating has run out: telling it now would read as
 * "resolved", which nobody has established. A resolved one stays true, until nobody asks.
 */
function stale(h: HeldAlert, now: number): boolean {
  const endsAt = Date.parse(h.alert.endsAt ?? '');
  const firesUntilToldOtherwise = Number.isNaN(endsAt);
  return firesUntilToldOtherwise || hasEnded(h) ? now - h.receivedAt > KEEP_RESOLVED_MS : endsAt <= now;
}

/** Up to which post an Alertmanager has all firing alerts, and all that ended. */
export interface Delivered {
  readonly firing: number;
  readonly ended: number;
}

export const NOTHING_DELIVERED: Delivered = { firing: 0, ended: 0 };

/** What bears on when the ends of alerts are told to one Alertmanager. */
export interface ReplayedPosts {
  /** When the gate was opened, ms since the Unix epoch. */
  readonly openedAt: number;
  /** How long a firing alert lives in Alertmanager after its last post, ms (Prometheus: 4 × the resend delay). */
  readonly lifeMs: number;
  /** See endsWaitMs. Known for ends up to this `seq`: later ones are not due until it was asked for its place again. */
  readonly endsWait: { readonly ms: number; readonly upTo: number };
}

/**
 * Ends that are older than the opening wait so long. The alert may fire again at this very moment: an Alertmanager that
 * gets the old end just after another one told the new beginning would tell it as resolved.
 */
const OLD_ENDS_WAIT_MS = 3_000;

/**
 * How long an end waits before it is told to the Alertmanager at `place` (from 0) of a cluster of `members`.
 *
 * A clustered Alertmanager looks at what fires, waits for `place` × peer-timeout whether another one tells it, and then
 * compares what it saw *before* the wait with what has been told by now. If the end was told meanwhile, it takes the
 * alert for a new one and tells its beginning once more, and soon its end. So the last in the order gets every end
 * first, and each of the others as much later as it waits less: whatever one of them saw firing, it has then compared
 * before any of them can tell the end.
 */
export function endsWaitMs(place: number, members: number, peerTimeoutMs: number): number {
  return Math.max(0, members - 1 - place) * peerTimeoutMs;
}

/** What an Alertmanager still lacks, oldest first. An end that has to wait holds up the later ones. */
export function owed(state: GateState, delivered: Delivered, now: number, replay: ReplayedPosts): HeldAlert[] {
  const firing = [...state.held.values()].filter((h) => !hasEnded(h) && !stale(h, now) && h.seq > delivered.firing);
  const ends = endsLeft(state, delivered, now, replay);
  const waits = ends.findIndex((h) => dueAt(h, replay) > now);
  return [...firing, ...(waits < 0 ? ends : ends.slice(0, waits))].sort((a, b) => a.seq - b.seq);
}

/** The newest end that it lacks, by `seq`; 0 when there is none. */
export function newestEnd(state: GateState, delivered: Delivered, now: number, replay: ReplayedPosts): number {
  return endsLeft(state, delivered, now, replay).at(-1)?.seq ?? 0;
}

/** What it has after it took `batch`, the beginning of what it was owed. */
export function deliveredWith(delivered: Delivered, batch: readonly HeldAlert[]): Delivered {
  const last = (ended: boolean, before: number): number =>
    batch.reduce((seq, h) => (hasEnded(h) === ended ? Math.max(seq, h.seq) : seq), before);
  return { firing: last(false, delivered.firing), ended: last(true, delivered.ended) };
}

/** When something that waits for its time will be owed, ms since the Unix epoch; null when nothing waits. */
export function nextDueAt(state: GateState, delivered: Delivered, now: number, replay: ReplayedPosts): number | null {
  const due = endsLeft(state, delivered, now, replay).map((h) => dueAt(h, replay));
  return due.find((at) => at > now && at < Infinity) ?? null;
}

/** Ends of this opening that wait for their time, which is when others of its cluster may have been told already. */
export function waitingEnds(
  state: GateState,
  delivered: Delivered,
  now: number,
  replay: ReplayedPosts,
): { readonly held: HeldAlert; readonly at: number }[] {
  return endsLeft(state, delivered, now, replay)
    .filter((held) => held.receivedAt >= replay.openedAt)
    .map((held) => ({ held, at: dueAt(held, replay) }))
    .filter(({ at }) => at > now && at < Infinity);
}

/** The ends that it lacks and that are still worth telling, due or not, oldest first. */
function endsLeft(state: GateState, delivered: Delivered, now: number, replay: ReplayedPosts): HeldAlert[] {
  return [...state.held.values()]
    .filter((h) => hasEnded(h) && h.seq > delivered.ended && !stale(h, now) && !overEverywhere(h, now, replay))
    .sort((a, b) => a.seq - b.seq);
}

function hasEnded({ alert, receivedAt }: HeldAlert): boolean {
  return Date.parse(alert.endsAt ?? '') <= receivedAt;
}

/** The last post of its firing has run out by now: told or not, it is over in every Alertmanager. */
function overEverywhere({ alert }: HeldAlert, now: number, { lifeMs }: ReplayedPosts): boolean {
  return Date.parse(alert.endsAt!) < now - lifeMs;
}

function dueAt({ alert, receivedAt, seq }: HeldAlert, { openedAt, endsWait }: ReplayedPosts): number {
  if (seq > endsWait.upTo) return Infinity;
  const old = Date.parse(alert.endsAt!) < openedAt;
  return (old ? openedAt + OLD_ENDS_WAIT_MS : receivedAt) + endsWait.ms;
}
