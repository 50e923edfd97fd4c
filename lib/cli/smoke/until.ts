import { setTimeout as sleep } from 'node:timers/promises';

export interface Looking {
  readonly signal: AbortSignal;
  readonly everyMs: number;
  readonly withinMs: number;
}

/** Looks again and again until there is something; null: not in time. @throws what a look throws, and AbortError */
export async function lookUntil<T>(
  { signal, everyMs, withinMs }: Looking,
  look: () => Promise<T | null>,
): Promise<T | null> {
  for (const end = Date.now() + withinMs; ; await sleep(everyMs, undefined, { signal })) {
    signal.throwIfAborted();
    const found = await look();
    if (found !== null || Date.now() > end) return found;
  }
}
