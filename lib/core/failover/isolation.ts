/**
 * Whether a node that sees targets go down should send that at once. It may be the node itself that is cut off, and by the
 * time its alerts get through another node alerts and has sent what is true. So it first reads the control bucket: from
 * then on it knows whether it still is the one to speak. That takes a second, and it does not wait for ever.
 */
export interface Isolation {
  /** Since when no further target went down (own clock, ms). */
  readonly since: number;
  readonly targetsUp: number;
  /** Since when a target or a peer answers none the less, or again; null while nobody does. */
  readonly partlySince: number | null;
}

export interface IsolationInput {
  /** Share of the user's targets that answered their last scrape, 0 to 1; 1 when there are none. */
  readonly targetsUp: number;
  /** When the last successful read of the control bucket began, or null. */
  readonly storeReadAt: number | null;
  /** When the last probe that a peer answered began, or null. */
  readonly peerAnsweredAt: number | null;
}

/** Long enough for another node to take over, longer than a link flaps. */
const CUT_OFF_MS = 4_000;

/**
 * Whether nobody has answered this node for so long that another one alerts by now. What its Alertmanager could not deliver is
 * old then, and would be notified the moment the network is back, before this node learns anything.
 */
export function isCutOff(isolation: Isolation | null, storeReadAt: number | null, now: number): boolean {
  if (isolation === null || isolation.partlySince !== null) return false;
  return (storeReadAt ?? -Infinity) <= isolation.since && now - isolation.since >= CUT_OFF_MS;
}

/** An agent looks at the clock several times in this time, unless it, or its machine, stands still. */
const STOOD_STILL_MS = 2_000;
/** How often it looks. */
export const CLOCK_LOOK_MS = 250;

/** When this node last stood still, as seen by looks at the clock (own, ms). */
export interface Standstill {
  readonly lookedAt: number;
  /** When it went on; null: it never stood still. */
  readonly wentOnAt: number | null;
}

export function watchStandstill(before: Standstill | null, now: number): Standstill {
  const stood = before !== null && now - before.lookedAt >= STOOD_STILL_MS;
  return { lookedAt: now, wentOnAt: stood ? now : (before?.wentOnAt ?? null) };
}

/** What it held when it stood still may be long over, and another node may alert: it reads the bucket first. */
export function isBehind({ wentOnAt }: Standstill, storeReadAt: number | null, now: number): boolean {
  if (wentOnAt === null || (storeReadAt ?? -Infinity) > wentOnAt) return false;
  return now - wentOnAt < PARTLY_REACHABLE_MS;
}

/** Missing a page is worse than a false one: after this long it is sent in any case. */
export const ISOLATION_LIMIT_MS = 60_000;
/** With targets or peers in reach it is probably the bucket that is down: then the wait is short. */
export const PARTLY_REACHABLE_MS = 6_000;

export function watchIsolation(before: Isolation | null, input: IsolationInput, now: number): Isolation | null {
  if (before === null && input.targetsUp === 1) return null;
  const worse = before === null || input.targetsUp < before.targetsUp;
  const since = worse ? now : before.since;
  const { peerAnsweredAt } = input;
  const peerAnswers = (peerAnsweredAt ?? -Infinity) > Math.max(since, now - PARTLY_REACHABLE_MS);
  const partly = input.targetsUp > 0 || peerAnswers;
  const partlySince = !partly ? null : worse ? now : (before.partlySince ?? now);
  const after = { since, targetsUp: input.targetsUp, partlySince };
  // Targets that are back do not end it: they may be back a moment before the news that another node took over.
  return input.targetsUp === 1 && !shouldWithhold(after, input, now) ? null : after;
}

/** Whether to keep silent for now. */
export function shouldWithhold(isolation: Isolation | null, input: IsolationInput, now: number): boolean {
  if (isolation === null) return false;
  const { since, partlySince } = isolation;
  if ((input.storeReadAt ?? -Infinity) > since) return false;
  return partlySince === null ? now - since < ISOLATION_LIMIT_MS : now - partlySince < PARTLY_REACHABLE_MS;
}
