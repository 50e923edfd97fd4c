/**
 * What a scrub saw on disk. Every field is an observation; corruption-*.ts conclude.
 * Paths are relative to the TSDB's directory, offsets and sizes are in bytes, times in ms since the Unix epoch.
 */

/** A place that is not what Prometheus writes. */
export interface Spot {
  readonly offset: number;
  /** E.g. "checksum of a record does not match". */
  readonly what: string;
}

export interface SeenFile {
  readonly path: string;
  readonly bytes: number;
  readonly modified: number;
  /** Checksum of the first `bytes` bytes: these never change, so another beginning is another file. */
  readonly begin: { readonly bytes: number; readonly crc: number };
}

/** One segment of a write log (wal/, wbl/, a checkpoint). */
export interface SeenSegment extends SeenFile {
  readonly index: number;
  /** The first ones, in order of offset. */
  readonly spots: readonly Spot[];
  /** Where a record begins that the end of the file cuts off; null when the last record is whole. */
  readonly tornAt: number | null;
  /** From here to the end there are only zeros, where a record should begin; null when not so. */
  readonly zerosFrom: number | null;
  /** Whole, valid records. */
  readonly records: number;
}

export interface SeenCheckpoint {
  readonly path: string;
  /** Of the last segment that it stands for. */
  readonly index: number;
  readonly segments: readonly SeenSegment[];
}

export interface SeenLog {
  readonly path: string;
  /** In order of index. */
  readonly segments: readonly SeenSegment[];
  /** The newest; Prometheus reads no other. */
  readonly checkpoint: SeenCheckpoint | null;
}

/** A file of chunks_head/. */
export interface SeenHeadChunks extends SeenFile {
  readonly index: number;
  /** `absent`: shorter than its magic number, or zeros there. Prometheus removes such a last file by itself. */
  readonly header: 'good' | 'bad' | 'absent';
  readonly spots: readonly Spot[];
}

export type BlockPart = 'index' | 'chunk-files' | 'tombstones' | 'chunk' | 'index-entry';

export interface SeenBlock {
  readonly ulid: string;
  readonly path: string;
  /** The text of meta.json when it is usable, and what of it matters; else why not. */
  readonly meta: BlockMeta | { readonly problem: string };
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  /** `chunk-files`, `index`, `tombstones`: Prometheus would not start. `chunk`, `index-entry`: queries fail. */
  readonly spots: readonly (Spot & { readonly part: BlockPart; readonly path: string })[];
  /** Every chunk and every entry of the index was read, too. */
  readonly deep: boolean;
}

export interface BlockMeta {
  readonly text: string;
  readonly minTime: number;
  readonly maxTime: number;
  readonly sources: readonly string[];
  readonly parents: readonly string[];
  /** Emptied by a compaction: the next reload removes it. */
  readonly deletable: boolean;
}

/** One pass of the scrub. null: the directory is not there. */
export interface ScrubPass {
  readonly at: number;
  readonly wal: SeenLog | null;
  readonly wbl: SeenLog | null;
  readonly headChunks: readonly SeenHeadChunks[] | null;
  readonly blocks: readonly SeenBlock[];
  /** What could not be read at all (EIO, EACCES), and the system's error code. */
  readonly unreadable: readonly { readonly path: string; readonly code: string }[];
}
