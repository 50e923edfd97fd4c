import { systemClock, type Clock } from '../../lib/shell/async/clock';
import { messageOf, type Log } from './log';

export interface Loop {
  stop(): void;
  /** A round at once; while one runs, another follows it. */
  now(): void;
}

/**
 * Runs `round` now and then at a fixed rate. A round that outlasts its turn makes the next turn pass:
 * rounds never pile up. Whatever a round throws is logged once per change and never ends the loop.
 */
export function every(
  ms: number,
  name: string,
  round: () => Promise<void>,
  log: Log,
  clock: Pick<Clock, 'repeat'> = systemClock,
): Loop {
  let running = false;
  let again = false;
  let stopped = false;
  let failure: string | null = null;
  const turn = async (): Promise<void> => {
    if (running || stopped) return;
    running = true;
    again = false;
    try {
      await round();
      if (failure !== null) log('info', 'loop-recovered', { loop: name });
      failure = null;
    } catch (error) {
      const message = messageOf(error);
      if (message !== failure) log('error', 'loop-failed', { loop: name, error: message });
      failure = message;
    } finally {
      running = false;
    }
    if (again) await turn();
  };
  void turn();
  const timer = clock.repeat(ms, () => void turn());
  return {
    stop: () => {
      stopped = true;
      timer.stop();
    },
    now: () => {
      again = running;
      void turn();
    },
  };
}

export const { sleep } = systemClock;

/** Tries until it works: for what may come up later than this node (metadata service, S3). */
export async function untilItWorks<T>(what: string, attempt: () => Promise<T>, log: Log, pauseMs = 1_000): Promise<T> {
  let failure: string | null = null;
  for (;;) {
    try {
      const result = await attempt();
      if (failure !== null) log('info', 'waited-for', { what });
      return result;
    } catch (error) {
      const message = messageOf(error);
      if (message !== failure) log('warn', 'waiting-for', { what, error: message });
      failure = message;
      await sleep(pauseMs);
    }
  }
}
