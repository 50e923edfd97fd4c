import type { PostedAlert } from '../../contract/documents/alerts';

/** What the alert gate holds: the last post of every alert. What of it an Alertmanager lacks: ./owed. */

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
 * fires again just then, that Alertmanager notifies that it is resolved.
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

/** Forgets what can no longer be sent truthfully. */
export function forgetStale(state: GateState, now: number): GateState {
  const held = new Map([...state.held].filter(([, h]) => !stale(h, now)));
  return held.size === state.held.size ? state : { seq: state.seq, held };
}

/**
 * A firing alert that Prometheus stopped repeating has run out: sending it now would read as
 * "resolved", which nobody has established. A resolved one stays true, until nobody asks.
 */
export function stale(h: HeldAlert, now: number): boolean {
  const endsAt = Date.parse(h.alert.endsAt ?? '');
  const hasNoEnd = Number.isNaN(endsAt);
  return hasNoEnd || hasEnded(h) ? now - h.receivedAt > KEEP_RESOLVED_MS : endsAt <= now;
}

export function hasEnded({ alert, receivedAt }: HeldAlert): boolean {
  return Date.parse(alert.endsAt ?? '') <= receivedAt;
}
