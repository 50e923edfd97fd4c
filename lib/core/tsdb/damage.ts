/** Everything that the scrub can find in a node's storage. */
export type DamageClass =
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

/** What carries out the repair (agent/tsdb/mend.ts); `none`: there is nothing to mend in these files. */
export type Mend =
  | 'none'
  /** All valid records are kept, the damaged ones left out. */
  | 'rewrite-segment'
  /** An empty segment in the place of the missing one: Prometheus accepts it, a gap it does not. */
  | 'fill-gap'
  /** A checkpoint that holds no series but a guard, likewise. */
  | 'stand-in-checkpoint'
  /** Segments get numbers after the checkpoint's, so that Prometheus reads them. */
  | 'renumber-segments'
  /** The damaged file and all after it; Prometheus rebuilds them from the WAL. */
  | 'set-aside-head-chunks'
  /** meta.json as it was remembered. */
  | 'restore-meta'
  | 'set-aside-tombstones'
  | 'set-aside-block'
  /** Everything but the blocks. */
  | 'set-aside-head'
  /** The numbers of lost series are never given to new ones, which would get their chunks. */
  | 'guard-references';

export interface Finding {
  readonly class: DamageClass;
  /** Relative to the TSDB's directory; null when it is not about a file. */
  readonly path: string | null;
  readonly offset: number | null;
  /** One sentence for a person. */
  readonly says: string;
  readonly ifStarted: IfStarted;
  readonly mend: Mend;
  /** Between which times samples may be missing afterwards, ms since the Unix epoch; null when unknown or none are. */
  readonly span: { readonly from: number; readonly to: number } | null;
}

type Kind = Pick<Finding, 'ifStarted' | 'mend'>;

const kind = (ifStarted: IfStarted, mend: Mend): Kind => ({ ifStarted, mend });

/** The one table of what each class means; docs/decisions/0010 has the measurements behind it. */
export const KINDS: Readonly<Record<DamageClass, Kind>> = {
  'wal-corrupt': kind('destroys', 'rewrite-segment'),
  'wal-torn-tail': kind('harmless', 'rewrite-segment'),
  'wal-segment-missing': kind('refuses', 'fill-gap'),
  'wal-shrunk': kind('incomplete', 'guard-references'),
  'wal-behind-checkpoint': kind('destroys', 'renumber-segments'),
  'wal-missing': kind('incomplete', 'guard-references'),
  'checkpoint-corrupt': kind('destroys', 'rewrite-segment'),
  'checkpoint-missing': kind('refuses', 'stand-in-checkpoint'),
  'checkpoint-emptied': kind('incomplete', 'stand-in-checkpoint'),
  'head-chunks-corrupt': kind('harmless', 'set-aside-head-chunks'),
  'head-chunks-header': kind('refuses', 'set-aside-head-chunks'),
  'head-chunks-missing': kind('refuses', 'set-aside-head-chunks'),
  'block-meta': kind('incomplete', 'set-aside-block'),
  'block-index': kind('refuses', 'set-aside-block'),
  'block-chunk-files': kind('refuses', 'set-aside-block'),
  'block-tombstones': kind('refuses', 'set-aside-tombstones'),
  // A block with one bad chunk answers every other query: without it all of its samples would be gone, silently.
  'block-content': kind('queries-fail', 'none'),
  'block-vanished': kind('incomplete', 'none'),
  'block-not-loaded': kind('incomplete', 'none'),
  'volume-unreadable': kind('refuses', 'none'),
  'crash-loop': kind('refuses', 'none'),
  'replay-stuck': kind('refuses', 'none'),
};

export function finding(
  damage: DamageClass,
  where: { readonly path: string | null; readonly offset?: number },
  says: string,
  over: Partial<Kind & Pick<Finding, 'span'>> = {},
): Finding {
  return {
    class: damage,
    path: where.path,
    offset: where.offset ?? null,
    says,
    ...KINDS[damage],
    span: null,
    ...over,
  };
}

/** Whether a person must know: a record that a crash cut off is Prometheus's daily business. */
export function harmsData({ class: damage }: Finding): boolean {
  return damage !== 'wal-torn-tail';
}
