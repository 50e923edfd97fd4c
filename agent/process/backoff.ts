/** What fell without having died of its start is missed now: each second without it is one of samples, and of timers. */
const AT_ONCE_MS = 100;
const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
/** A process that lived this long did not die of its start. */
const LIVED_MS = 30_000;

/** How long to wait before the next start, from the last wait and how long the process lived. */
export function nextBackoff(lastMs: number | null, livedMs: number): number {
  if (livedMs >= LIVED_MS) return AT_ONCE_MS;
  if (lastMs === null) return FIRST_MS;
  return Math.min(LONGEST_MS, Math.max(FIRST_MS, lastMs * 2));
}
