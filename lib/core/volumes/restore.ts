import { candidates, type KnownSnapshot } from './snapshots';
import type { RestoreRecord, StorageReport } from '../../contract/documents/storage';

/** A data volume as EC2 knows it. */
export interface DataVolume {
  readonly id: string;
  readonly generation: number;
  readonly available: boolean;
  /** It was replaced, and stays for people. */
  readonly kept: boolean;
  readonly attachedTo: string | null;
  readonly zone: string;
}

export interface RestoreSituation {
  readonly report: StorageReport;
  readonly record: RestoreRecord | null;
  /** Of this node, and no other's. */
  readonly volumes: readonly DataVolume[];
  readonly snapshots: readonly KnownSnapshot[];
  /** The node does its work in spite of what it says: it must not be touched unless another one serves. */
  readonly isHealthy: boolean;
  readonly anotherIsAlerting: boolean;
  readonly paused: boolean;
}

/** Of one incident; then a person is called. */
const MOST_TRIES = 3;
/** A node that gets well by a restore and asks again, over and over, would have a volume made each time. */
const MOST_RESTORES = 12;
const RESTORES_WITHIN_MS = 6 * 3_600_000;
/** EC2 may know nothing for a while of what it has just made. */
const SEEN_WITHIN_MS = 60_000;

/** One step. Each ends with a state that the next call sees, so it may die after any of them. */
export type RestoreStep =
  | { readonly do: 'nothing'; readonly because: string }
  | { readonly do: 'wait'; readonly because: string }
  /** Write the record, by compare-and-swap. */
  | { readonly do: 'record'; readonly record: RestoreRecord; readonly because: string }
  /** Make the volume that the record asks for, then write down which it is; asked twice, EC2 makes it once. */
  | { readonly do: 'create'; readonly snapshotId: string; readonly generation: number; readonly because: string }
  /** The snapshot did not help: say so on it, then write the record. */
  | { readonly do: 'markBad'; readonly snapshotId: string; readonly record: RestoreRecord; readonly because: string }
  /** The node got well without it: take back the volume that was made, which nobody uses, then write the record. */
  | {
      readonly do: 'withdraw';
      readonly volumeId: string | null;
      readonly record: RestoreRecord;
      readonly because: string;
    }
  /** Keep by name what was replaced and what did not help, then write the record. */
  | {
      readonly do: 'finish';
      readonly keep: readonly string[];
      readonly record: RestoreRecord;
      readonly because: string;
    };

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
      corruptedAt: report.needsVolume.since,
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

function begin(s: RestoreSituation, record: RestoreRecord, at: string): Extract<RestoreStep, { do: 'record' }> {
  const before = Date.parse(record.corruptedAt);
  const next = record.tried.length >= MOST_TRIES ? undefined : candidates(s.snapshots, before, record.tried)[0];
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

function goOn(s: RestoreSituation, record: RestoreRecord, at: string): RestoreStep {
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
