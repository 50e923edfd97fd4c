import type { CorruptionClass } from './corruption';

/** What people are notified of apart: each group has a metric, an alarm and an entry in the runbook of its name. */
export const CORRUPTION_GROUPS = {
  'tsdb-corrupt': 'a record of the WAL, the checkpoint or the head does not match its checksum',
  'tsdb-incomplete': 'a segment of the WAL, the checkpoint or a file of the head is gone or was emptied',
  'block-corrupted': 'a block does not open, has a corrupted part, or is gone',
  'block-not-loaded': 'blocks are on disk that Prometheus has not loaded',
  'volume-unreadable': 'files on the data volume cannot be read',
  'crash-loop': 'Prometheus ends again and again before it is ready',
  'replay-stuck': 'Prometheus starts and gets no further',
} as const;

export type CorruptionGroup = keyof typeof CORRUPTION_GROUPS;

const GROUP_OF: Readonly<Record<CorruptionClass, CorruptionGroup>> = {
  'wal-corrupt': 'tsdb-corrupt',
  'wal-torn-tail': 'tsdb-corrupt',
  'checkpoint-corrupt': 'tsdb-corrupt',
  'head-chunks-corrupt': 'tsdb-corrupt',
  'head-chunks-header': 'tsdb-corrupt',
  'wal-segment-missing': 'tsdb-incomplete',
  'wal-shrunk': 'tsdb-incomplete',
  'wal-behind-checkpoint': 'tsdb-incomplete',
  'wal-missing': 'tsdb-incomplete',
  'checkpoint-missing': 'tsdb-incomplete',
  'checkpoint-emptied': 'tsdb-incomplete',
  'head-chunks-missing': 'tsdb-incomplete',
  'block-meta': 'block-corrupted',
  'block-index': 'block-corrupted',
  'block-chunk-files': 'block-corrupted',
  'block-tombstones': 'block-corrupted',
  'block-content': 'block-corrupted',
  'block-vanished': 'block-corrupted',
  'block-not-loaded': 'block-not-loaded',
  'volume-unreadable': 'volume-unreadable',
  'crash-loop': 'crash-loop',
  'replay-stuck': 'replay-stuck',
};

/** How many nodes have corruption of each group that some node has. Classes that a newer agent knows are left out. */
export function nodesByGroup(nodes: readonly (readonly { readonly class: string }[])[]): Map<CorruptionGroup, number> {
  const counts = new Map<CorruptionGroup, number>();
  for (const corruption of nodes) {
    const groups = new Set(corruption.flatMap((d) => GROUP_OF[d.class as CorruptionClass] ?? []));
    for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return counts;
}
