/** Everything that the scrub can find in a node's storage. */
export type CorruptionClass =
  | 'wal-corrupt'
  | 'wal-torn-tail'
  | 'wal-segment-missing'
  | 'wal-shrunk'
  | 'wal-behind-checkpoint'
  | 'wal-missing'
  | 'checkpoint-corrupt'
  | 'checkpoint-missing'
  | 'checkpoint-emptied'
  | 'head-chunks-corrupt'
  | 'head-chunks-header'
  | 'head-chunks-missing'
  | 'block-meta'
  | 'block-index'
  | 'block-chunk-files'
  | 'block-tombstones'
  | 'block-content'
  | 'block-vanished'
  | 'block-not-loaded'
  | 'volume-unreadable'
  | 'crash-loop'
  | 'replay-stuck';

/**
 * What Prometheus would do if it were started on it.
 * `harmless`: nothing is lost. `incomplete`: it starts, and what is gone stays gone. `queries-fail`: it starts,
 * queries that touch it fail. `refuses`: it exits, again and again. `destroys`: it deletes what is still good.
 */
export type IfStarted = 'harmless' | 'incomplete' | 'queries-fail' | 'refuses' | 'destroys';

/** What carries out the repair (agent/tsdb/repair-files.ts); `none`: there is nothing to repair in these files. */
export type RepairKind =
  | 'none'
  /** All valid records are kept, the corrupted ones left out. */
  | 'rewrite-segment'
  /** An empty segment in the place of the missing one: Prometheus accepts it, a gap it does not. */
  | 'fill-gap'
  /** A checkpoint that holds no series but a guard, likewise. */
  | 'stand-in-checkpoint'
  /** Segments get numbers after the checkpoint's, so that Prometheus reads them. */
  | 'renumber-segments'
  /** The corrupted file and all after it; Prometheus rebuilds them from the WAL. */
  | 'quarantine-head-chunks'
  /** meta.json as it was remembered. */
  | 'restore-meta'
  | 'quarantine-tombstones'
  | 'quarantine-block'
  /** Everything but the blocks. */
  | 'quarantine-head'
  /** The numbers of lost series are never given to new ones, which would get their chunks. */
  | 'guard-references';

export interface Finding {
  readonly class: CorruptionClass;
  /** Relative to the TSDB's directory; null when it is not about a file. */
  readonly path: string | null;
  readonly offset: number | null;
  /** One sentence for a person. */
  readonly says: string;
  readonly ifStarted: IfStarted;
  readonly repair: RepairKind;
  /** Between which times samples may be missing afterwards, ms since the Unix epoch; null when unknown or none are. */
  readonly span: { readonly from: number; readonly to: number } | null;
}

type Kind = Pick<Finding, 'ifStarted' | 'repair'>;

const kind = (ifStarted: IfStarted, repair: RepairKind): Kind => ({ ifStarted, repair });

/** The one table of what each class means; docs/decisions/0010 has the measurements behind it. */
export const KINDS: Readonly<Record<CorruptionClass, Kind>> = {
  'wal-corrupt': kind('destroys', 'rewrite-segment'),
  'wal-torn-tail': kind('harmless', 'rewrite-segment'),
  'wal-segment-missing': kind('refuses', 'fill-gap'),
  'wal-shrunk': kind('incomplete', 'guard-references'),
  'wal-behind-checkpoint': kind('destroys', 'renumber-segments'),
  'wal-missing': kind('incomplete', 'guard-references'),
  'checkpoint-corrupt': kind('destroys', 'rewrite-segment'),
  'checkpoint-missing': kind('refuses', 'stand-in-checkpoint'),
  'checkpoint-emptied': kind('incomplete', 'stand-in-checkpoint'),
  'head-chunks-corrupt': kind('harmless', 'quarantine-head-chunks'),
  'head-chunks-header': kind('refuses', 'quarantine-head-chunks'),
  'head-chunks-missing': kind('refuses', 'quarantine-head-chunks'),
  'block-meta': kind('incomplete', 'quarantine-block'),
  'block-index': kind('refuses', 'quarantine-block'),
  'block-chunk-files': kind('refuses', 'quarantine-block'),
  'block-tombstones': kind('refuses', 'quarantine-tombstones'),
  // A block with one bad chunk answers every other query: without it all of its samples would be gone, silently.
  'block-content': kind('queries-fail', 'none'),
  'block-vanished': kind('incomplete', 'none'),
  'block-not-loaded': kind('incomplete', 'none'),
  'volume-unreadable': kind('refuses', 'none'),
  'crash-loop': kind('refuses', 'none'),
  'replay-stuck': kind('refuses', 'none'),
};

export function finding(
  corruption: CorruptionClass,
  where: { readonly path: string | null; readonly offset?: number },
  says: string,
  over: Partial<Kind & Pick<Finding, 'span'>> = {},
): Finding {
  return {
    class: corruption,
    path: where.path,
    offset: where.offset ?? null,
    says,
    ...KINDS[corruption],
    span: null,
    ...over,
  };
}

/** Whether a person must know: a record that a crash cut off is Prometheus's daily business. */
export function harmsData({ class: corruption }: Finding): boolean {
  return corruption !== 'wal-torn-tail';
}
