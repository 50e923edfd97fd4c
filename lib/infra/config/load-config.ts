/** When and how nodes scrape less: docs/runbook/load-shed.md. */
export interface LoadConfig {
  /** What a node may bear, each sustained: beyond one of them the cluster scrapes less. */
  readonly limits: {
    /** Resident memory of Prometheus. */
    readonly memoryMiB: number;
    /** @default three times what `ingest` expects */
    readonly samplesPerSecond?: number;
    /** @default what three times the expected samples need, at 8 bytes each */
    readonly walMiBPerMinute?: number;
    /** What half of the targets take to answer, as a share of scrapeInterval. @default 0.5 */
    readonly scrapeTime?: number;
    /** What the slowest group of rules takes, as a share of its interval. @default 0.8 */
    readonly evaluationTime?: number;
  };
  /** @default 30s */
  readonly sustainedFor?: string;
  /** @default 5m */
  readonly recoverAfter?: string;
  /** Regular expression of metrics that may be missing in the worst case (profile minimal). @default none */
  readonly droppable?: string;
}
