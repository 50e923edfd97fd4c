import type { BackfillState } from '../../contract/documents/agent-files';

/**
 * What a node missed while it was away or lost with a repair, and which of its peer's samples fill it.
 * All times in ms since the Unix epoch.
 */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface BackfillNeed extends Span {
  readonly thoroughUntil: number;
}

/** Scrapes that are under way are in neither node yet. */
const FRESH_MS = 3_000;
/** Discovery and the offsets of the targets: about this long after its start a Prometheus has scraped all of them. */
const SETTLED_MS = 10_000;
/**
 * What was known to be whole may be lost again with the machine: Prometheus syncs a segment of its WAL only at its end, and the
 * kernel writes the rest within half a minute and some seconds, while what is remembered here is on the volume at once.
 */
const UNWRITTEN_MS = 60_000;
/** A node that was not away is looked at this often. */
const ROUTINE_MS = 300_000;

/** The time that has to be compared with a peer now, or null. `startedAt`: of this node's Prometheus. */
export function backfillNeed(
  state: BackfillState | null,
  startedAt: number,
  windowMs: number,
  now: number,
): BackfillNeed | null {
  const known = state?.completeUntil ?? 0;
  const wasAway = startedAt > Math.max(known, now - windowMs);
  const from = Math.max(wasAway ? known - UNWRITTEN_MS : known, now - windowMs);
  const to = now - FRESH_MS;
  // Not too early after a loss: what is lost up to its end would be looked for only by the next routine.
  const thoroughUntil = state?.thoroughUntil ?? 0;
  if (to < thoroughUntil + FRESH_MS) return null;
  if (wasAway ? now < startedAt + SETTLED_MS : to - from < ROUTINE_MS) return null;
  return { from, to, thoroughUntil };
}

/** After a repair everything that the head held is in doubt. `spanMs`: how much time a head can hold. */
export function afterLoss(state: BackfillState | null, spanMs: number, now: number): BackfillState {
  const completeUntil = Math.min(state?.completeUntil ?? Infinity, now - spanMs);
  return { version: 1, completeUntil, thoroughUntil: now };
}

/** How many samples of `up` each target has in each minute that ends at a time: target → time → number. */
export type Scrapes = ReadonlyMap<string, ReadonlyMap<number, number>>;

export const MINUTE_MS = 60_000;
/** Two nodes scrape at different fractions of a second: of one minute they may have one scrape more or less. */
const BY_CHANCE = 1;

/** The ends of the minutes in which some target was scraped less often than by the peer. */
export function lackingMinutes(own: Scrapes, peer: Scrapes): number[] {
  const lacking = new Set<number>();
  for (const [target, minutes] of peer) {
    for (const [end, count] of minutes) {
      if ((own.get(target)?.get(end) ?? 0) < count - BY_CHANCE) lacking.add(end);
    }
  }
  return [...lacking].sort((a, b) => a - b);
}

/** A gap may begin or end with one sample in the minute before or after. */
const SPILL_MS = 5_000;

/** What has to be compared sample by sample: minutes that lack something, and what is not a whole minute. */
export function spansToCompare(need: BackfillNeed, lacking: readonly number[]): Span[] {
  const spans: Span[] = [];
  const add = (from: number, to: number): void => {
    if (to <= from) return;
    const last = spans.at(-1);
    if (last !== undefined && last.to >= from) spans[spans.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else spans.push({ from, to });
  };
  add(need.from, Math.min(need.to, need.thoroughUntil));
  for (const end of lacking) add(Math.max(need.from, end - MINUTE_MS - SPILL_MS), Math.min(need.to, end + SPILL_MS));
  add(Math.max(need.from, wholeMinutes(need).at(-1) ?? need.from), need.to);
  return spans;
}

/** The ends of the whole minutes from `from` on. */
export function wholeMinutes({ from, to }: Span): number[] {
  return Array.from({ length: Math.floor((to - from) / MINUTE_MS) }, (_, i) => from + (i + 1) * MINUTE_MS);
}

/** A scrape may come late without being missing; two times the distance means that one is. */
const HOLE = 1.75;

/** What was read of a series, and what is known of it beforehand. */
export interface Reading extends Span {
  /** Between two samples, ms, where that is known. */
  readonly intervalMs?: number | null;
}

/**
 * Which of the peer's samples of one series lie in gaps of ours, by their index. Both ascending. Replicas scrape at
 * different fractions of an interval, so times do not match; what matters is that no gap is left. `read`: from when to when both
 * are known; there is nothing of ours beyond it that would end a gap, nor would it have to be there yet.
 * Null: we have nothing, and of the peer too little was read to tell how much that is.
 */
export function inGaps(own: readonly number[], peer: readonly number[], span: Span, read: Reading): number[] | null {
  const step = Math.min(usualDistance(peer), usualDistance(own), read.intervalMs ?? Infinity);
  const found: number[] = [];
  let next = 0;
  for (const [i, at] of peer.entries()) {
    if (at < span.from || at >= span.to) continue;
    while (next < own.length && own[next]! < at) next += 1;
    if (own[next] === at) continue;
    const before = own[next - 1] ?? read.from;
    const after = own[next] ?? read.to;
    if (own.length === 0 && step === Infinity) return null;
    if (after - before > HOLE * step) found.push(i);
  }
  return found;
}

/** The median; with fewer than two samples there is none. */
function usualDistance(times: readonly number[]): number {
  if (times.length < 2) return Infinity;
  const distances = times.slice(1).map((at, i) => at - times[i]!);
  return distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)]!;
}
