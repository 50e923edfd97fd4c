import { finding, type Finding } from './corruption';
import type { SeenCheckpoint, SeenLog, SeenSegment } from './seen';

export interface LogContext {
  /** Prometheus is running, so the last segment is being written. */
  readonly running: boolean;
  /** Paths that could not be read: present, though nothing is known of them. */
  readonly unreadable: ReadonlySet<string>;
}

/** What is wrong with wal/ or wbl/ as it stands; what there was before is compared in memory.ts. */
export function judgeLog(log: SeenLog, context: LogContext): Finding[] {
  return [...judgeSegments(log, context), ...judgeCheckpoint(log), ...judgeSequence(log, context)];
}

function judgeSegments(log: SeenLog, { running }: LogContext): Finding[] {
  const read = neededSegments(log);
  const lastWritten = read.findLast((segment) => segment.bytes > 0);
  return read.flatMap((segment, i) => {
    const isOpen = running && segment.index === log.segments.at(-1)!.index;
    const span = spanOf(read, i);
    const found = segment.spots.map((spot) =>
      finding('wal-corrupt', { path: segment.path, offset: spot.offset }, corruptSays(segment, spot.what, log), {
        span,
      }),
    );
    if (segment.tornAt === null || isOpen) return found;
    const at = { path: segment.path, offset: segment.tornAt };
    if (segment !== lastWritten) {
      const says = `${segment.path} is cut off at ${segment.tornAt}, and more was written after it`;
      return [...found, finding('wal-corrupt', at, says, { span })];
    }
    const says = `${segment.path} ends within a record, as after a crash; Prometheus leaves that record out`;
    return [...found, finding('wal-torn-tail', at, says)];
  });
}

function corruptSays(segment: SeenSegment, what: string, log: SeenLog): string {
  const later = log.segments.filter((s) => s.index > segment.index && s.bytes > 0);
  const bytes = later.reduce((sum, s) => sum + s.bytes, 0);
  const then = `deletes the rest of this segment${later.length > 0 ? ` and ${later.length} later ones (${inMegabytes(bytes)})` : ''}`;
  return `${segment.path}: ${what}; if Prometheus is started on it, it ${then}`;
}

/** A corrupted checkpoint makes Prometheus delete every segment and exit. */
function judgeCheckpoint({ checkpoint }: SeenLog): Finding[] {
  if (checkpoint === null) return [];
  const found = checkpoint.segments.flatMap((segment) => {
    const cut = segment.tornAt === null ? [] : [{ offset: segment.tornAt, what: 'it is cut off' }];
    return [...segment.spots, ...cut].map((spot) =>
      finding(
        'checkpoint-corrupt',
        { path: segment.path, offset: spot.offset },
        `${segment.path}: ${spot.what}; if Prometheus is started on it, it deletes the whole WAL and exits`,
      ),
    );
  });
  if (found.length > 0 || checkpoint.segments.some((segment) => segment.records > 0)) return found;
  const says = `${checkpoint.path} holds no record: without its series most of the head is unknown to Prometheus`;
  return [finding('checkpoint-emptied', { path: checkpoint.path }, says)];
}

/** Prometheus wants segments without a gap, beginning after the checkpoint, or with 0 when there is none. */
function judgeSequence(log: SeenLog, { unreadable }: LogContext): Finding[] {
  const found = checkpointGap(log.checkpoint);
  const present = [
    ...log.segments.map((segment) => segment.index),
    ...[...unreadable].filter((path) => isSegmentOf(path, log.path)).map((path) => Number(path.split('/').at(-1))),
  ].sort((a, b) => a - b);
  if (log.checkpoint !== null && (present.at(-1) ?? -1) <= log.checkpoint.index) {
    return [...found, behindCheckpoint(log, log.checkpoint)];
  }
  if (present.length === 0) return found;
  const lowest = present[0]!;
  let from = lowest;
  if (log.checkpoint !== null) from = Math.min(lowest, log.checkpoint.index + 1);
  else if (log.path === 'wal' && lowest === 1) from = 0;
  else if (log.path === 'wal' && lowest > 1) {
    // Segments are only ever removed because a checkpoint stands for them.
    const says = `${log.path} begins with segment ${lowest} and has no checkpoint: Prometheus refuses to start`;
    found.push(finding('checkpoint-missing', { path: checkpointPath(log.path, lowest - 1) }, says));
  }
  const have = new Set(present);
  for (let index = from; index < present.at(-1)!; index += 1) {
    if (have.has(index)) continue;
    const path = segmentPath(log.path, index);
    const says = `${path} is missing, and later segments are there: Prometheus refuses to start`;
    found.push(finding('wal-segment-missing', { path }, says, { span: spanOfGap(log.segments, index) }));
  }
  return found;
}

/**
 * Prometheus always has segments after its checkpoint. Its own repair of a corrupted checkpoint deletes them and
 * begins again with 0: whatever it writes then, it passes over at its next start.
 */
function behindCheckpoint(log: SeenLog, checkpoint: SeenCheckpoint): Finding {
  const written = log.segments.filter((segment) => segment.bytes > 0);
  if (written.length > 0) {
    const says =
      `the ${written.length} segments of ${log.path} have lower numbers than ${checkpoint.path}: ` +
      'Prometheus does not read them when it starts';
    return finding('wal-behind-checkpoint', { path: written[0]!.path }, says);
  }
  const path = segmentPath(log.path, checkpoint.index + 1);
  const says = `${log.path} has no segment after ${checkpoint.path}: what Prometheus writes next, it would not read`;
  return finding('wal-segment-missing', { path }, says, { ifStarted: 'destroys' });
}

function checkpointGap(checkpoint: SeenCheckpoint | null): Finding[] {
  if (checkpoint === null) return [];
  const missing = checkpoint.segments.find((segment, i) => segment.index !== i);
  if (missing === undefined) return [];
  const says = `${checkpoint.path} lacks a segment before ${missing.index}: Prometheus refuses to start`;
  return [finding('wal-segment-missing', { path: segmentPath(checkpoint.path, missing.index - 1) }, says)];
}

/** What Prometheus reads at a start: leftovers from below the checkpoint it does not. */
export function neededSegments({ segments, checkpoint }: SeenLog): readonly SeenSegment[] {
  return checkpoint === null ? segments : segments.filter((segment) => segment.index > checkpoint.index);
}

/** What of a segment holds records: neither the part of one at its end, which Prometheus cuts off, nor zeros. */
export function contentEnd({ bytes, tornAt, zerosFrom }: SeenSegment): number {
  return tornAt ?? zerosFrom ?? bytes;
}

export function segmentPath(log: string, index: number): string {
  return `${log}/${String(index).padStart(8, '0')}`;
}

export function checkpointPath(log: string, index: number): string {
  return `${log}/checkpoint.${String(index).padStart(8, '0')}`;
}

function isSegmentOf(path: string, log: string): boolean {
  return path.startsWith(`${log}/`) && /^\d+$/.test(path.slice(log.length + 1));
}

/** A segment was written between the last write to the one before it and its own. */
function spanOf(segments: readonly SeenSegment[], i: number): Finding['span'] {
  const before = segments[i - 1];
  return before === undefined ? null : { from: before.modified, to: segments[i]!.modified };
}

function spanOfGap(segments: readonly SeenSegment[], index: number): Finding['span'] {
  const before = segments.findLast((segment) => segment.index < index);
  const after = segments.find((segment) => segment.index > index);
  return before === undefined || after === undefined ? null : { from: before.modified, to: after.modified };
}

export function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
