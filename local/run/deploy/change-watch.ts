import { lookOften } from './look-often';

/** As `local/emulator/changes.py` serves it. */
const PATH = '/_promha/changes';
const EVERY_MS = 200;
const TIMEOUT_MS = 1_000;

/**
 * Calls `onChange` at the beginning and whenever the emulator was told to change something, one call at a time. What it
 * rejects with is told to `onError`, once while it stays the same, and it is called again. While the emulator does not
 * answer, nothing happens.
 */
export function watchChanges(
  endpoint: string,
  onChange: () => Promise<void>,
  onError: (error: Error) => void,
): { stop(): Promise<void> } {
  let seen: number | null = null;
  let told = '';
  return lookOften(EVERY_MS, async (ending) => {
    const { changes } = (await fetch(`${endpoint}${PATH}`, { signal: AbortSignal.timeout(TIMEOUT_MS) }).then((r) =>
      r.json(),
    )) as { changes: number };
    if (changes === seen) return;
    try {
      await onChange();
      seen = changes;
      told = '';
    } catch (error) {
      const { message } = error as Error;
      if (!ending.aborted && message !== told) onError(error as Error);
      told = message;
    }
  });
}
