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
