import { finding, type Finding } from './corruption';
import type { BlockMeta, ScrubPass, SeenLog, SeenSegment } from './seen';
import type { Inventory, RememberedBlock, RememberedSegment } from '../../contract/documents/agent/inventory';
import { contentEnd, inMegabytes, neededSegments } from './log';

export interface Retention {
  /** Blocks this much older than the newest are removed by Prometheus itself; null for never. */
  readonly retentionMs: number | null;
  /** Prometheus also removes the oldest blocks to keep within a size. */
  readonly bySize: boolean;
}

export interface Missed {
  readonly findings: readonly Finding[];
  /** Paths of segments and ULIDs of blocks whose memory is to be kept. */
  readonly suspect: ReadonlySet<string>;
}

/**
 * What is no longer there, or less than it was, and has no right to be. Prometheus removes segments only from
 * the lower end, once a checkpoint stands for them, and blocks only when another one holds their samples or
 * they are past retention.
 */
export function judgeAgainstState(before: Inventory, seen: ScrubPass, retention: Retention): Missed {
  const unreadable = new Set(seen.unreadable.map(({ path }) => path));
  const findings: Finding[] = [];
  const suspect = new Set<string>();
  const missed = (name: string, found: Finding | null): void => {
    if (found === null || unreadable.has(name)) return;
    suspect.add(name);
    findings.push(found);
  };
  for (const log of [seen.wal, seen.wbl]) {
    if (log === null) continue;
    const segments = Object.entries(before.segments).filter(([path]) => path.startsWith(`${log.path}/`));
    for (const [path, known] of segments) missed(path, judgeSegment(path, known, log));
  }
  for (const [ulid, known] of Object.entries(before.blocks)) {
    const now = seen.blocks.find((block) => block.ulid === ulid);
    if (now === undefined) missed(ulid, judgeVanished(ulid, known, seen, retention));
    else {
      for (const { path, bytes } of now.files) {
        const was = known.files[path];
        if (was !== undefined && bytes < was) missed(ulid, shrunkBlockFile(path, was, bytes, known.meta));
      }
    }
  }
  return { findings, suspect };
}

function judgeSegment(path: string, known: RememberedSegment, log: SeenLog): Finding | null {
  if (known.bytes === 0) return null;
  const now = [...log.segments, ...(log.checkpoint?.segments ?? [])].find((segment) => segment.path === path);
  if (now === undefined) return judgeMissingSegment(path, known, log);
  const replaced = now.begin.bytes === known.begin.bytes && now.begin.crc !== known.begin.crc;
  const bytes = contentEnd(now);
  if (bytes >= known.bytes && !replaced) return null;
  const what = replaced ? 'begins differently than it did' : `had ${inMegabytes(known.bytes)} of records`;
  const says = `${path} ${what} and has ${inMegabytes(bytes)}: records are gone without a trace in the file`;
  return finding('wal-shrunk', { path }, says, {
    span: { from: spanStart(log.segments, now.index), to: known.modified },
  });
}

/** A gap is plain to see without a memory; only a missing end is not. */
function judgeMissingSegment(path: string, known: RememberedSegment, log: SeenLog): Finding | null {
  const [directory, number] = [path.slice(0, path.lastIndexOf('/')), Number(path.slice(path.lastIndexOf('/') + 1))];
  if (directory !== log.path) {
    if (directory !== log.checkpoint?.path) return null; // Of an older checkpoint.
    if (log.checkpoint.segments.some(({ index }) => index > number)) return null;
    const says = `${path} is gone: the checkpoint lacks its end, ${inMegabytes(known.bytes)}`;
    return finding('wal-shrunk', { path }, says);
  }
  const highest = log.segments.at(-1)?.index ?? -1;
  if (number <= (log.checkpoint?.index ?? -1) || number < highest) return null;
  const says = `${path}, the end of the log, is gone, and with it ${inMegabytes(known.bytes)}`;
  return finding('wal-shrunk', { path }, says, {
    span: { from: spanStart(log.segments, number), to: known.modified },
  });
}

function spanStart(segments: readonly SeenSegment[], index: number): number {
  return segments.findLast((segment) => segment.index < index)?.modified ?? 0;
}

function judgeVanished(ulid: string, known: RememberedBlock, seen: ScrubPass, retention: Retention): Finding | null {
  if (known.meta.deletable) return null;
  const present = seen.blocks.flatMap(({ meta }) => ('problem' in meta ? [] : [meta]));
  const holdsIt = (meta: BlockMeta): boolean =>
    meta.parents.includes(ulid) || known.meta.sources.every((source) => meta.sources.includes(source));
  if (known.meta.sources.length > 0 && present.some(holdsIt)) return null;
  const newest = Math.max(...present.map(({ maxTime }) => maxTime));
  if (retention.retentionMs !== null && newest - known.meta.maxTime >= retention.retentionMs) return null;
  // By size the oldest go; one that is left says that there was no other reason.
  if (retention.bySize && present.length > 0 && present.every(({ maxTime }) => maxTime > known.meta.maxTime))
    return null;
  const { minTime: from, maxTime: to } = known.meta;
  const says = `the block ${ulid} is gone, no other block holds its samples, and it was not past retention`;
  return finding('block-vanished', { path: ulid }, says, { span: { from, to } });
}

function shrunkBlockFile(path: string, was: number, bytes: number, meta: BlockMeta): Finding {
  const says = `${path} had ${inMegabytes(was)} and has ${inMegabytes(bytes)}; queries that touch the rest fail`;
  return finding('block-content', { path, offset: bytes }, says, { span: { from: meta.minTime, to: meta.maxTime } });
}

/** Whether the head's logs are gone as a whole. */
export function judgeMissingLog(before: Inventory | null, seen: ScrubPass): Finding[] {
  const { wal } = seen;
  if (wal !== null && (wal.checkpoint !== null || neededSegments(wal).length > 0)) return [];
  const knew = Object.entries(before?.segments ?? {}).some(([path, { bytes }]) => path.startsWith('wal/') && bytes > 0);
  if (!knew && (seen.headChunks ?? []).length === 0) return [];
  const says = 'the WAL is gone: Prometheus would start without what is not in blocks yet';
  return [finding('wal-missing', { path: 'wal' }, says)];
}
