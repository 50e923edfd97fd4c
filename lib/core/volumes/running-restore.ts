import { restoreCandidates } from './snapshots';
import type { RestoreRecord } from '../../contract/documents/storage';
import type { RestoreSituation, RestoreStep } from './restore-step';

/** Of one incident; then a person is called. */
const MOST_TRIES = 3;
/** EC2 may know nothing for a while of what it has just made. */
const SEEN_WITHIN_MS = 60_000;

/** Takes the next snapshot; gives up when none is left. */
export function begin(s: RestoreSituation, record: RestoreRecord, at: string): Extract<RestoreStep, { do: 'record' }> {
  const before = Date.parse(record.corruptedAt);
  const next = record.tried.length >= MOST_TRIES ? undefined : restoreCandidates(s.snapshots, before, record.tried)[0];
  if (next === undefined) {
    const because = `No snapshot of ${record.node} is left to restore from; tried ${record.tried.join(', ') || 'none'}.`;
    return { do: 'record', record: { ...record, state: 'given-up', endedAt: at }, because };
  }
  const generation =
    1 +
    Math.max(s.report.generation ?? 0, ...s.volumes.map((v) => v.generation), ...s.snapshots.map((k) => k.generation));
  return {
    do: 'record',
    record: { ...record, triedAt: at, snapshotId: next.id, generation, volumeId: null },
    because: `${record.node} gets a volume of generation ${generation} from ${next.id}, ${next.verdict ?? 'untested'}: ${record.because}`,
  };
}

export function goOn(s: RestoreSituation, record: RestoreRecord, at: string): RestoreStep {
  const { report, volumes } = s;
  const made = volumes.find((v) => v.generation === record.generation);
  // A swap under way is none of these: the node says what it needs until it has mounted another volume.
  if (report.needsVolume === null && report.volumeId !== (record.volumeId ?? made?.id ?? '')) {
    if (made !== undefined && made.attachedTo !== null)
      return { do: 'wait', because: `${report.node} takes ${made.id}.` };
    // An agent that was just started has not seen yet what is wrong.
    if (!s.isHealthy) return { do: 'wait', because: `${report.node} asks for no volume any more, but does not work.` };
    return {
      do: 'withdraw',
      volumeId: made?.id ?? null,
      record: { ...record, state: 'done', endedAt: at },
      because: `${report.node} needs no volume any more.`,
    };
  }
  const isThere = s.snapshots.some((k) => k.id === record.snapshotId);
  const lateMs = Date.parse(at) - Date.parse(record.triedAt);
  const vanished = record.volumeId === null ? !isThere : report.volumeId !== record.volumeId && lateMs > SEEN_WITHIN_MS;
  if (made === undefined && vanished) {
    // Somebody removed the snapshot, or what was made of it, before the node had it.
    return begin(s, { ...record, tried: [...record.tried, record.snapshotId!] }, at);
  }
  if (record.volumeId === null) {
    if (made === undefined && s.paused) return { do: 'wait', because: 'Paused: nothing automatic happens.' };
    if (made === undefined) {
      return {
        do: 'create',
        snapshotId: record.snapshotId!,
        generation: record.generation,
        because: `The volume of generation ${record.generation} is made from ${record.snapshotId}.`,
      };
    }
    return { do: 'record', record: { ...record, volumeId: made.id }, because: `${made.id} is made.` };
  }
  if (report.volumeId !== record.volumeId) {
    return { do: 'wait', because: `${report.node} has not mounted ${record.volumeId} yet.` };
  }
  if (report.needsVolume !== null) {
    const tried = [...record.tried, record.snapshotId!];
    const { record: next } = begin(s, { ...record, tried }, at);
    const because = `${record.volumeId}, made from ${record.snapshotId}, does not help either: ${report.needsVolume.because}`;
    // A volume that fails as a whole says nothing about the snapshot that it was made of.
    if (report.trouble !== null) return { do: 'record', record: next, because };
    return { do: 'markBad', snapshotId: record.snapshotId!, record: next, because };
  }
  if (!s.isHealthy)
    return { do: 'wait', because: `${report.node} has mounted ${record.volumeId} and is not ready yet.` };
  return {
    do: 'finish',
    keep: volumes.filter((v) => !v.kept && v.id !== record.volumeId).map((v) => v.id),
    record: { ...record, state: 'done', endedAt: at },
    because: `${report.node} is ready and scrapes on ${record.volumeId}.`,
  };
}
