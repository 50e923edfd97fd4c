import type { CorruptionGroup } from './groups';

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

interface Kind {
  readonly ifStarted: IfStarted;
  readonly repair: RepairKind;
  readonly group: CorruptionGroup;
}

const kind = (ifStarted: IfStarted, repair: RepairKind, group: CorruptionGroup): Kind => ({ ifStarted, repair, group });

/** The one table of what each class means; docs/decisions/0010 has the measurements behind it. */
export const KINDS = {
  'wal-corrupt': kind('destroys', 'rewrite-segment', 'tsdb-corrupt'),
  'wal-torn-tail': kind('harmless', 'rewrite-segment', 'tsdb-corrupt'),
  'wal-segment-missing': kind('refuses', 'fill-gap', 'tsdb-incomplete'),
  'wal-shrunk': kind('incomplete', 'guard-references', 'tsdb-incomplete'),
  'wal-behind-checkpoint': kind('destroys', 'renumber-segments', 'tsdb-incomplete'),
  'wal-missing': kind('incomplete', 'guard-references', 'tsdb-incomplete'),
  'checkpoint-corrupt': kind('destroys', 'rewrite-segment', 'tsdb-corrupt'),
  'checkpoint-missing': kind('refuses', 'stand-in-checkpoint', 'tsdb-incomplete'),
  'checkpoint-emptied': kind('incomplete', 'stand-in-checkpoint', 'tsdb-incomplete'),
  'head-chunks-corrupt': kind('harmless', 'quarantine-head-chunks', 'tsdb-corrupt'),
  'head-chunks-header': kind('refuses', 'quarantine-head-chunks', 'tsdb-corrupt'),
  'head-chunks-missing': kind('refuses', 'quarantine-head-chunks', 'tsdb-incomplete'),
  'block-meta': kind('incomplete', 'quarantine-block', 'block-corrupted'),
  'block-index': kind('refuses', 'quarantine-block', 'block-corrupted'),
  'block-chunk-files': kind('refuses', 'quarantine-block', 'block-corrupted'),
  'block-tombstones': kind('refuses', 'quarantine-tombstones', 'block-corrupted'),
  // A block with one bad chunk answers every other query: without it all of its samples would be gone, silently.
  'block-content': kind('queries-fail', 'none', 'block-corrupted'),
  'block-vanished': kind('incomplete', 'none', 'block-corrupted'),
  'block-not-loaded': kind('incomplete', 'none', 'block-not-loaded'),
  'volume-unreadable': kind('refuses', 'none', 'volume-unreadable'),
  'crash-loop': kind('refuses', 'none', 'crash-loop'),
  'replay-stuck': kind('refuses', 'none', 'replay-stuck'),
};

/** Everything that the scrub can find in a node's storage. */
export type CorruptionClass = keyof typeof KINDS;

export interface Finding extends Pick<Kind, 'ifStarted' | 'repair'> {
  readonly class: CorruptionClass;
  /** Relative to the TSDB's directory; null when it is not about a file. */
  readonly path: string | null;
  readonly offset: number | null;
  /** One sentence for a person. */
  readonly says: string;
  /** Between which times samples may be missing afterwards, ms since the Unix epoch; null when unknown or none are. */
  readonly span: { readonly from: number; readonly to: number } | null;
}

export function finding(
  corruption: CorruptionClass,
  where: { readonly path: string | null; readonly offset?: number },
  says: string,
  over: Partial<Pick<Finding, 'ifStarted' | 'repair' | 'span'>> = {},
): Finding {
  const { ifStarted, repair } = KINDS[corruption];
  return {
    class: corruption,
    path: where.path,
    offset: where.offset ?? null,
    says,
    ifStarted,
    repair,
    span: null,
    ...over,
  };
}

/** Whether a person must know: a record that a crash cut off is Prometheus's daily business. */
export function harmsData({ class: corruption }: Finding): boolean {
  return corruption !== 'wal-torn-tail';
}

const isKnown = (name: string): name is CorruptionClass => Object.hasOwn(KINDS, name);

/** How many nodes have corruption of each group that some node has. Classes that a newer agent knows are left out. */
export function nodesByGroup(nodes: readonly (readonly { readonly class: string }[])[]): Map<CorruptionGroup, number> {
  const counts = new Map<CorruptionGroup, number>();
  for (const corruption of nodes) {
    const groups = new Set(corruption.flatMap((d) => (isKnown(d.class) ? KINDS[d.class].group : [])));
    for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return counts;
}
