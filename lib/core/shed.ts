/** When a cluster scrapes less: limits of what a node may bear, and for how long before something is done. */
export interface LoadPolicy {
  readonly limits: {
    /** What half of the targets take to answer, as a share of the configured scrape interval. */
    readonly scrapeTime: number;
    readonly samplesPerSecond: number;
    readonly memoryMiB: number;
    readonly walMiBPerMinute: number;
    /** What the slowest group of rules takes, as a share of its interval. */
    readonly evaluationTime: number;
  };
  /** Beyond a limit for this long: one step less. */
  readonly overMs: number;
  /** What the next step up would bring has been well below every limit for this long: one step back. */
  readonly calmMs: number;
}

/** Well below a limit: at most this share of it. */
export const CALM_SHARE = 0.8;
