import type { NodeId } from '../../contract/documents/assignment';
import type { ScrapeProfile } from '../../contract/profile';

/** What promha status says of one node. */
export interface NodeReport {
  readonly node: NodeId;
  readonly role: 'active' | 'standby';
  readonly address: string | null;
  readonly zone: string | null;
  /** The data volume that it announced. */
  readonly volumeId: string | null;
  /** The scrape profile that it has loaded. */
  readonly scrapeProfile: ScrapeProfile | null;
  readonly ready: boolean;
  readonly scrapeLagMs: number | null;
  readonly gate: 'open' | 'closed' | 'unknown';
  readonly couldTakeOver: boolean;
  /** Between two scrapes, ms, while it scrapes less often than configured; else null. */
  readonly slowScrapeMs: number | null;
  /** It has just started: its gate will hold every alert that fires within one resend interval. */
  readonly warmingUp: boolean;
  /** Empty when nothing is wrong. */
  readonly wrong: string;
}
