import { DUE_EVENT, SCHEDULE_EVENT } from '../../lib/contract/documents/events';
import type { Clock } from '../../lib/shell/async/clock';

/** The loop outlasts its minute a little, so that a late schedule leaves no gap; two at once are harmless. */
const LOOP_MS = 68_000;
/** For so long a loop has the one before it beside it, which does then what only one of them shall do. */
export const HANDOVER_MS = LOOP_MS - 60_000;
/** Left to the last cycle, whose decision may have to wait for slow probes and writes. */
const MARGIN_MS = 8_000;

/** Of what the schedule asks for: whoever has something to do goes on for so long, and health-check calls it if it lasts. */
const SCHEDULED_MS = 60_000;

/** For how long a function shall go on that health-check or its schedule calls, ms; null: somebody else called. */
export function askedForMs(event: unknown): number | null {
  if (DUE_EVENT.is(event)) return event.forMs;
  return SCHEDULE_EVENT.is(event) ? SCHEDULED_MS : null;
}

/** For how long a function may go on, ms. */
export const mayGoOnMs = (context: { getRemainingTimeInMillis(): number }): number =>
  context.getRemainingTimeInMillis() - MARGIN_MS;

/** For how long health-check goes on, ms. */
export const loopMs = (context: { getRemainingTimeInMillis(): number }): number =>
  Math.min(LOOP_MS, mayGoOnMs(context));

/**
 * Runs `cycle` at once and then on a fixed grid until `forMs` have passed. A cycle that overruns skips the
 * instants it missed instead of piling up. It ends as soon as a cycle says that nothing is left to do.
 */
export async function everyInterval(
  intervalMs: number,
  forMs: number,
  cycle: () => Promise<'nothing left' | void>,
  clock: Pick<Clock, 'elapsed' | 'sleep'>,
): Promise<void> {
  const start = clock.elapsed();
  for (let next = 0; next < forMs;) {
    if ((await cycle()) === 'nothing left') return;
    const passed = clock.elapsed() - start;
    next = (Math.floor(passed / intervalMs) + 1) * intervalMs;
    if (next < forMs) await clock.sleep(next - passed);
  }
}
