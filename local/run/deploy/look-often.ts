import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Looks at the emulator, one look after the other, with a pause between them. A look that fails is one that it does not answer:
 * the next one follows. `signal` is aborted by `stop`, which waits for the look under way.
 */
export function lookOften(everyMs: number, look: (signal: AbortSignal) => Promise<void>): { stop(): Promise<void> } {
  const ending = new AbortController();
  const loop = (async () => {
    while (!ending.signal.aborted) {
      await look(ending.signal).catch(() => undefined); // it does not answer
      await sleep(everyMs, undefined, { signal: ending.signal }).catch(() => undefined); // told to stop
    }
  })();
  return {
    async stop() {
      ending.abort();
      await loop;
    },
  };
}
