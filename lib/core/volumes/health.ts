import type { VolumeTrouble } from '../../contract/documents/storage';

/** What a look at the volume saw: one small write that has to reach it, and how much is free. */
export interface VolumeLook {
  /** ms for which the look has not come back; null: it has. */
  readonly pendingMs: number | null;
  /** What the system said of the write; empty when it went well. */
  readonly complaint: string;
  readonly freeBytes: number | null;
  readonly totalBytes: number | null;
}

/** What the volume needs for its next WAL segments and a checkpoint; below that Prometheus may fail at any moment. */
export function leastFree(totalBytes: number, walSegmentBytes: number): number {
  return Math.max(3 * walSegmentBytes, Math.ceil(totalBytes / 50));
}

export function troubleOf(look: VolumeLook, stalledAfterMs: number, walSegmentBytes: number): VolumeTrouble | null {
  const { pendingMs, complaint, freeBytes, totalBytes } = look;
  if (pendingMs !== null) return pendingMs >= stalledAfterMs ? 'stalled' : null;
  if (/read-only file system/i.test(complaint)) return 'read-only';
  if (/no space left/i.test(complaint)) return 'full';
  if (complaint !== '') return 'gone';
  if (freeBytes === null || totalBytes === null) return null;
  return freeBytes < leastFree(totalBytes, walSegmentBytes) ? 'full' : null;
}

/** Another volume helps against these, and a full one would be as full again. */
export function needsAnother(trouble: VolumeTrouble | null): trouble is Exclude<VolumeTrouble, 'full'> {
  return trouble !== null && trouble !== 'full';
}
