import { hasEnded, stale, type HeldAlert } from './gate';
import type { Sendable } from './owed';
import { isWatchdog } from './watchdog';

/**
 * Alerts that a standby's Prometheus fires and no Alertmanager has. An active node that is neither well nor dead sees its
 * targets only now and then: its alerts never get past their `for`, its posts are lost, and it never misses enough probes in
 * a row to be replaced. Pure; the agent asks the Alertmanagers and the active node.
 */

/** Both nodes see the same at different moments of an interval, and the active one's post takes its time. */
export const FIRES_FOR_MS = 3_000;
/** An Alertmanager that just started has nothing until the active node has posted it all again. */
export const MISSING_FOR_MS = 3_000;
/** How own Prometheus repeats what fires. */
export interface Repeats {
  readonly resendDelayMs: number;
  /** When it was started, own clock, ms; null while none runs. */
  readonly startedAt: number | null;
}

/** It evaluates, then sends: a repetition may come this much later. */
const REPEAT_MARGIN_MS = 2_000;

/** Whether own Prometheus, as it runs now, says that it fires. What it said before it ended may be over long since. */
export function isRepeated(h: HeldAlert, { resendDelayMs, startedAt }: Repeats, now: number): boolean {
  if (hasEnded(h) || stale(h, now) || startedAt === null) return false;
  return h.receivedAt >= Math.max(startedAt, now - resendDelayMs - REPEAT_MARGIN_MS);
}

/** So many at once nobody overlooks, and an Alertmanager's list of them is some 50 MB. */
export const STORM = 50_000;
/** An end waits for its turn in the order of the Alertmanagers before it is sent. */
const END_TAKES_MS = 15_000;

/** An alert in some Alertmanager; `endsAt`: until when, unless it is posted again, ms since the Unix epoch. */
export interface TakenAlert {
  /** Fingerprint of the labels. */
  readonly key: string;
  readonly endsAt: number;
}

/** By fingerprint, what is known of the alerts that fire here. Times in ms since the Unix epoch, own clock. */
export interface Unsent {
  /** When an Alertmanager was last seen to have it for some time to come. */
  readonly seenAt: ReadonlyMap<string, number>;
  /** Since when none has it. */
  readonly missingSince: ReadonlyMap<string, number>;
  /** What this node sends though its gate is closed. */
  readonly spoken: ReadonlySet<string>;
}

export const NONE_UNSENT: Unsent = { seenAt: new Map(), missingSince: new Map(), spoken: new Set() };

/**
 * What fires here for a while, is not sent by this node yet, and has to be looked for at the Alertmanagers now. Not the dead
 * man's switch: it proves that the active node gets through.
 */
export function toLookFor(
  { held, sends }: Pick<Sendable, 'held' | 'sends'>,
  { seenAt, spoken }: Unsent,
  repeats: Repeats,
  now: number,
): string[] {
  if (held.size > STORM) return [];
  const { resendDelayMs } = repeats;
  return [...held.values()]
    .filter((h) => {
      const { labels, startsAt } = h.alert;
      if (!isRepeated(h, repeats, now) || spoken.has(h.key) || !(sends?.(h) ?? true)) return false;
      if (isWatchdog(labels)) return false;
      return (
        now - Date.parse(startsAt ?? '') >= FIRES_FOR_MS && now - (seenAt.get(h.key) ?? -Infinity) >= resendDelayMs
      );
    })
    .map((h) => h.key);
}

/**
 * What a look at the Alertmanagers showed. `taken`: all that any of them has. One that two posts in a row did not reach runs
 * out, and would be told as resolved.
 */
export function looked(
  before: Unsent,
  asked: readonly string[],
  taken: readonly TakenAlert[],
  resendDelayMs: number,
  now: number,
): Unsent {
  const endsAt = new Map<string, number>();
  for (const { key, endsAt: at } of taken) endsAt.set(key, Math.max(at, endsAt.get(key) ?? 0));
  const lasts = (key: string): boolean => (endsAt.get(key) ?? 0) > now + 2 * resendDelayMs;
  const since = (key: string): number => (endsAt.has(key) ? -Infinity : (before.missingSince.get(key) ?? now));
  const younger = [...before.seenAt].filter(([, at]) => now - at < resendDelayMs);
  return {
    ...before,
    seenAt: new Map([...younger, ...asked.filter(lasts).map((key) => [key, now] as const)]),
    missingSince: new Map(asked.filter((key) => !lasts(key)).map((key) => [key, since(key)])),
  };
}

/** What has been missing for long enough to be sent from here. */
export function overdue({ missingSince }: Unsent, now: number): string[] {
  return [...missingSince].filter(([, since]) => now - since >= MISSING_FOR_MS).map(([key]) => key);
}

/** What bears on whether a standby may tell what the active node does not. */
export interface StandbyView {
  /** Its Prometheus is ready and scrapes, and its volume takes what it writes. */
  readonly healthy: boolean;
  readonly paused: boolean;
  /** When the last successful read of the control bucket began, own clock, ms; null: none did. */
  readonly storeReadAt: number | null;
  /** Share of the user's targets that answered their last scrape, 0 to 1. */
  readonly targetsUp: number;
  readonly configHash: string | null;
  /** It has found the targets that others know. */
  readonly discovered: boolean;
  /** The same of the active node, null where it does not say. */
  readonly active: { readonly targetsUp: number | null; readonly configHash: string | null };
}

/** A node that has not read the bucket for so long may itself be the one that is cut off. */
const IN_TOUCH_MS = 5_000;

/**
 * Its word counts when it sees at least as much as the active node: same rules, no target fewer. A pause means that nobody
 * but the active node alerts, whatever happens.
 */
export function maySpeak(view: StandbyView, now: number): boolean {
  const { healthy, paused, storeReadAt, targetsUp, configHash, discovered, active } = view;
  if (!healthy || paused || now - (storeReadAt ?? -Infinity) > IN_TOUCH_MS) return false;
  if (active.configHash !== null && active.configHash !== configHash) return false;
  // What it does not know of is no target that is down. Where the active node says nothing, some targets are better than none.
  if (!discovered && (active.configHash !== null || active.targetsUp !== null)) return false;
  return active.targetsUp === null || targetsUp >= active.targetsUp;
}

/** What is still sent from here: not what the active node holds, and an end only until it must have arrived. */
export function stillSpoken(
  { held }: Pick<Sendable, 'held'>,
  { spoken }: Unsent,
  heldByActive: ReadonlySet<string>,
  repeats: Repeats,
  now: number,
): Set<string> {
  return new Set(
    [...spoken].filter((key) => {
      const h = held.get(key);
      if (h === undefined) return false;
      if (hasEnded(h)) return now - h.receivedAt < END_TAKES_MS;
      return isRepeated(h, repeats, now) && !heldByActive.has(key);
    }),
  );
}
