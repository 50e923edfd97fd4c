import type { RestoreSituation, RestoreStep } from './restore-step';
import { begin, goOn } from './running-restore';

/** A node that gets well by a restore and asks again, over and over, would have a volume made each time. */
const MOST_RESTORES = 12;
const RESTORES_WITHIN_MS = 6 * 3_600_000;

/** A report is written at a change and once a minute, so it is hardly older. */
const REPORT_MS = 60_000;
/** By so much clocks differ that are well. */
const CLOCKS_MS = 2_000;

/**
 * Since when a node's volume is bad, by a clock that others have as well: what its clock is ahead, its report is from the future.
 * Else a snapshot that was taken after the damage would be taken for a good one.
 */
function trusted(since: string, reportedAt: string, now: number): string {
  const aheadMs = Date.parse(reportedAt) - now;
  const at = Date.parse(since) - (aheadMs > CLOCKS_MS ? aheadMs + REPORT_MS : 0);
  return new Date(Math.min(at, now)).toISOString();
}

/** The next step towards a node with a volume that works. `now` in ms since the Unix epoch. */
export function nextRestoreStep(s: RestoreSituation, now: number): RestoreStep {
  const { report, record, volumes } = s;
  const at = new Date(now).toISOString();
  if (record?.state === 'running') return goOn(s, record, at);
  if (record?.state === 'given-up') {
    // Until it is well again whatever it asks for is the same incident: a person has to look.
    if (report.needsVolume !== null || !s.isHealthy) {
      return { do: 'nothing', because: `Restoring ${report.node} was given up: a person has to look.` };
    }
    const because = `${report.node} works again, on ${report.volumeId}.`;
    return { do: 'record', record: { ...record, state: 'done', endedAt: at }, because };
  }
  if (report.needsVolume === null) return { do: 'nothing', because: `${report.node} asks for no volume.` };
  if (s.paused) return { do: 'nothing', because: 'Paused: nothing automatic happens.' };
  if (s.isHealthy && !s.anotherIsAlerting) {
    return { do: 'nothing', because: `${report.node} is the only node that serves: it is not touched.` };
  }
  const inUse = volumes.filter((v) => !v.kept);
  const newest = Math.max(0, ...inUse.map((v) => v.generation));
  if (inUse.some((v) => v.generation === newest && v.id !== report.volumeId && report.volumeId !== null)) {
    return { do: 'wait', because: `${report.node} has not taken the newest volume that it has.` };
  }
  const twins = inUse.filter((v) => v.generation === newest);
  if (twins.length > 1 && report.volumeId === null) {
    const ids = twins.map(({ id }) => id).sort();
    // A volume made of a snapshot would be newer than both, and taken instead of the one with the samples.
    const because = `${report.node} has ${ids.length} volumes of generation ${newest} (${ids.join(', ')}): a person has to set aside the one without its samples.`;
    return { do: 'nothing', because };
  }
  // The report may be older than the end of the restore before.
  if (record !== null && record.endedAt !== null && report.at <= record.endedAt) {
    return { do: 'wait', because: `${report.node} has said nothing since the last restore ended.` };
  }
  const lately = record === null ? [] : [...(record.earlier ?? []), record.startedAt];
  const earlier = lately.filter((start) => now - Date.parse(start) < RESTORES_WITHIN_MS);
  if (record !== null && earlier.length >= MOST_RESTORES) {
    const because = `${earlier.length} restores of ${report.node} within ${RESTORES_WITHIN_MS / 3_600_000} h, and it asks again: ${report.needsVolume.because}`;
    return { do: 'record', record: { ...record, state: 'given-up', endedAt: at, because }, because };
  }
  return begin(
    s,
    {
      version: 1,
      node: report.node,
      state: 'running',
      because: report.needsVolume.because,
      startedAt: at,
      endedAt: null,
      corruptedAt: trusted(report.needsVolume.since, report.at, now),
      triedAt: at,
      from: volumes.some((v) => v.id === report.volumeId) ? report.volumeId : null,
      snapshotId: null,
      generation: 0,
      volumeId: null,
      tried: [],
      earlier,
    },
    at,
  );
}
