import type { QuarantineManifest } from '../../contract/documents/quarantine';

export function newManifest(incident: string, now: number, keepMs: number): QuarantineManifest {
  const iso = (ms: number): string => new Date(ms).toISOString();
  return { version: 1, incident, at: iso(now), expires: iso(now + keepMs), items: [], pending: [] };
}

/** Whether it may go: its time is over, and nothing of it is still to be done. `now` in ms. */
export function isExpired(manifest: QuarantineManifest, now: number): boolean {
  return Date.parse(manifest.expires) <= now && manifest.pending.length === 0;
}
