const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
/** A process that lived this long did not die of its start. */
const LIVED_MS = 30_000;

/** How long to wait before the next start, from the last wait and how long the process lived. */
export function nextBackoff(lastMs: number | null, livedMs: number): number {
  if (lastMs === null || livedMs >= LIVED_MS) return FIRST_MS;
  return Math.min(LONGEST_MS, lastMs * 2);
}
