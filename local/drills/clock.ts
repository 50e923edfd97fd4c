/** Rejects when the drill is stopped. */
export function sleepUnlessStopped(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      },
      Math.max(0, ms),
    );
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Until that moment, ms since the Unix epoch; at once when it has passed. */
export const until = (at: number, signal: AbortSignal): Promise<void> => sleepUnlessStopped(at - Date.now(), signal);

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}

/**
 * Asks again and again until nothing is missing. `missing` returns what still is, for a person, or null.
 * What it throws counts as missing: programs are down in a drill. Returns the last of it, or null when all is there.
 */
export async function awaitAll(
  missing: () => Promise<string | null> | string | null,
  w: WaitOptions,
): Promise<string | null> {
  for (const end = Date.now() + w.timeoutMs; ;) {
    w.signal.throwIfAborted();
    let last: string | null;
    try {
      last = await missing();
    } catch (error) {
      last = (error as Error).message;
    }
    if (last === null || Date.now() >= end) return last;
    await sleepUnlessStopped(w.everyMs ?? 200, w.signal);
  }
}

/** As awaitAll. @throws Error naming what is missing when the time is over */
export async function must(
  what: string,
  timeoutMs: number,
  signal: AbortSignal,
  missing: () => Promise<string | null> | string | null,
  everyMs?: number,
): Promise<void> {
  const left = await awaitAll(missing, { timeoutMs, signal, ...(everyMs === undefined ? {} : { everyMs }) });
  if (left !== null) throw new Error(`${what} within ${timeoutMs / 1000} s: ${left}`);
}
