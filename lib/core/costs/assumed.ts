import type { Quantity } from './item';

/** What of a configuration decides how much is kept, which neither a run of minutes nor a template says. */
export interface KeptData {
  /** Of all shards. */
  readonly nodes: number;
  /** Of one node. */
  readonly bytesPerDay: number;
  readonly retentionDays: number;
  readonly volumeGiB: number;
  /** For how long the last snapshots of a day are kept; null: there are none. */
  readonly snapshotDays: number | null;
  /** null: without Thanos. */
  readonly blocks: { readonly rawDays: number; readonly fiveMinutesDays: number } | null;
}

const GB = 2 ** 30;
/** Prometheus writes what it has once more when it compacts. */
const REWRITTEN = 2;
/** Five aggregates for each 300 samples of a second, each about as large as a sample. */
const FIVE_MINUTES_SHARE = 5 / 300;

/** Once all of it has been there for as long as it is kept. */
export function quantitiesKept({
  nodes,
  bytesPerDay,
  retentionDays,
  volumeGiB,
  snapshotDays,
  blocks,
}: KeptData): Quantity[] {
  const gbPerDay = bytesPerDay / GB;
  const used = Math.min(volumeGiB, gbPerDay * retentionDays);
  const of = { plane: 'data', unit: 'GB-months', from: 'assumed' } as const;
  return [
    ...(snapshotDays === null
      ? []
      : [
          {
            ...of,
            name: 'snapshots of volumes',
            rate: 'ebsSnapshotGbMonth' as const,
            counted: nodes * (used + snapshotDays * gbPerDay * REWRITTEN),
          },
        ]),
    ...(blocks === null
      ? []
      : [
          {
            ...of,
            name: 'blocks in S3',
            rate: 's3GbMonth' as const,
            counted: nodes * gbPerDay * (blocks.rawDays + blocks.fiveMinutesDays * FIVE_MINUTES_SHARE),
          },
        ]),
  ];
}
