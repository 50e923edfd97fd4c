/** Often enough for a timer that is due; what for does not matter. */
const TICK_MS = 1_000;

/**
 * Keeps the process alive until the work is done. Timers of AbortSignal.timeout do not, nor does a fetch whose connection
 * has just died: Node would end, with exit code 0, in the middle of what is waited for.
 */
export async function stayAwake<T>(work: () => Promise<T>): Promise<T> {
  const tick = setInterval(() => undefined, TICK_MS);
  try {
    return await work();
  } finally {
    clearInterval(tick);
  }
}
