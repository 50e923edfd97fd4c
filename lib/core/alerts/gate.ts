import type { PostedAlert } from '../../contract/documents/alerts';

/** What the alert gate holds: the last post of every alert. What of it an Alertmanager lacks: ./owed. */

export interface HeldAlert {
  /** Fingerprint of the labels. */
  readonly key: string;
  readonly alert: PostedAlert;
  /** When the alert says that it ends, ms since the Unix epoch; NaN: it does not say. */
  readonly endsAt: number;
  /** ms since the Unix epoch, own clock. */
  readonly receivedAt: number;
  /** Rises with every post accepted by this gate. */
  readonly seq: number;
}

/**
 * Changed in place: Prometheus posts 64 alerts at a time, and copying what is held for each post would make the effort grow with
 * the square of the alerts.
 */
export interface GateState {
  seq: number;
  /** By fingerprint of the labels: the last post only. */
  readonly held: Map<string, HeldAlert>;
  /** All posts by `seq`, ascending; those that a later one replaced are still among them for a while. */
  readonly posts: { firing: HeldAlert[]; ended: HeldAlert[] };
}

export const emptyGate = (): GateState => ({ seq: 0, held: new Map(), posts: { firing: [], ended: [] } });

/** Same labels, same key, whatever their order. */
export function fingerprint(labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels).sort();
  return JSON.stringify(names.map((name) => [name, labels[name]]));
}

/**
 * Keeps the last post of every alert. A repeated end is no news and keeps its place: Prometheus repeats it for
 * 15 minutes, and each repetition would make a clustered Alertmanager look at the alert as it was. If the alert
 * fires again just then, that Alertmanager notifies that it is resolved.
 */
export function hold(state: GateState, posted: readonly PostedAlert[], now: number): GateState {
  for (const alert of posted) {
    const key = fingerprint(alert.labels);
    const endsAt = Date.parse(alert.endsAt ?? '');
    const before = state.held.get(key);
    if (before !== undefined && endsAt <= now && sameEnd(alert, before.alert)) continue;
    state.seq += 1;
    const held = { key, alert, endsAt, receivedAt: now, seq: state.seq };
    state.held.set(key, held);
    state.posts[hasEnded(held) ? 'ended' : 'firing'].push(held);
  }
  const { posts, held } = state;
  for (const kind of ['firing', 'ended'] as const)
    if (posts[kind].length > 2 * held.size + SPARE_POSTS) posts[kind] = posts[kind].filter((h) => isLast(state, h));
  return state;
}

/** So many replaced posts are kept in any case: to look for them costs more. */
const SPARE_POSTS = 64;

/** Whether no later post of the alert has replaced it. */
export const isLast = ({ held }: Pick<GateState, 'held'>, h: HeldAlert): boolean => held.get(h.key) === h;

function sameEnd(a: PostedAlert, b: PostedAlert): boolean {
  return a.startsAt === b.startsAt && a.endsAt === b.endsAt;
}

/**
 * Prometheus repeats a resolved alert for 15 minutes; after that nobody needs it. Kept a little longer, so that its
 * last repetitions are still known for what they are.
 */
const KEEP_RESOLVED_MS = 16 * 60_000;

/** Forgets what can no longer be sent truthfully. */
export function forgetStale(state: GateState, now: number): GateState {
  for (const [key, h] of state.held) if (stale(h, now)) state.held.delete(key);
  return state;
}

/**
 * Forgets what was said to fire before `since` and not repeated: a Prometheus that ended tells the end of no alert, and the one
 * after it does not know those that were over by its start. For when it must have repeated all that fires.
 */
export function forgetUnrepeated(state: GateState, since: number): GateState {
  for (const [key, h] of state.held) if (!hasEnded(h) && h.receivedAt < since) state.held.delete(key);
  return state;
}

/**
 * A firing alert that Prometheus stopped repeating has run out: sending it now would read as
 * "resolved", which nobody has established. A resolved one stays true, until nobody asks.
 */
export function stale(h: HeldAlert, now: number): boolean {
  return Number.isNaN(h.endsAt) || hasEnded(h) ? now - h.receivedAt > KEEP_RESOLVED_MS : h.endsAt <= now;
}

export function hasEnded({ endsAt, receivedAt }: Pick<HeldAlert, 'endsAt' | 'receivedAt'>): boolean {
  return endsAt <= receivedAt;
}
