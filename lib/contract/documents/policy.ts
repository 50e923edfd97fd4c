import * as z from 'zod/mini';
import type { ReadOnly } from '../document';
import { number, fields } from '../shape';

/** How failures are noticed and answered. All times in milliseconds. */
export const DEFAULT_POLICY = {
  probe: {
    /** Between two probes of the same node. */
    intervalMs: 2_000,
    /** For one probe; below the interval, so that cycles never pile up. */
    timeoutMs: 1_000,
    /** Consecutive failures that make a node unhealthy. */
    fall: 3,
    /** Consecutive successes that make it healthy again. */
    rise: 2,
  },
  watch: {
    /** Functions and standbys ask the node that alerts this often whether it is there, beside their probes. */
    intervalMs: 200,
    /** It is silent when nothing was answered for so long that was asked meanwhile. */
    silentMs: 1_200,
  },
  /** For the last probe that promote-alerting does for itself before it acts. */
  verifyTimeoutMs: 700,
  /** A node whose stalest job was scraped longer ago than this is not scraping. */
  maxScrapeLagMs: 5_000,
  /** Nodes read the assignment this often while something is not as it should be. */
  pollMs: 1_000,
  /** And this often while all is well: whoever writes it tells them. */
  calmPollMs: 5_000,
  /** For one request to S3 by a node or function. */
  storeTimeoutMs: 2_000,
  /** Nodes announce themselves at a change, and this often. */
  announceMs: 30_000,
  /** The control plane says this often that it probes and can act. A write costs twelve times what a read does. */
  heartbeatMs: 6_000,
  /** A control-plane heartbeat older than this means that nobody is probing. */
  heartbeatStaleMs: 12_000,
  /** Only after S3 was out of reach for this long may a standby alert without an assignment. */
  storeOutageGraceMs: 10_000,
  /** No watchdog alert has been delivered end to end for this long: alerting is silent, whatever every part says of itself. */
  alertingSilentMs: 60_000,
  /**
   * A date, ms since the Unix epoch: a cluster that is deployed before it tells nobody of its alerts until then, because another system
   * still does (docs/moving.md). At most 14 days ahead; one that has told already goes on. 0: never.
   */
  withheldUntilMs: 0,
  flapping: {
    /** Promotions are counted over this long. */
    windowMs: 600_000,
    /** So many within the window are immediate; from then on they are damped. */
    free: 3,
    /** Damped: at least this long between two promotions. */
    holdDownMs: 30_000,
  },
  routing: {
    /** Queries go through Thanos again when it has answered every probe for this long. */
    backAfterMs: 20_000,
    /** And so long after the listener was changed: AWS takes a while to do as it says, and shall not be told twice meanwhile. */
    holdMs: 120_000,
  },
  canary: {
    /** A new configuration has to be well for so long on a standby before the node that alerts loads it; 0: nothing is tried. */
    wellMs: 60_000,
  },
  sharding: {
    /** Targets that move to another shard are scraped by both for so long: what rules look back over, and their `for`. */
    overlapMs: 600_000,
  },
  volume: {
    /** Nodes write to their data volume this often, to see whether it still takes it. */
    lookMs: 5_000,
    /** A write that has not come back for so long is not slow: the volume is stalled. */
    stalledMs: 60_000,
  },
  snapshots: {
    /** A node's volume is snapshotted this often, and at most this often one of them is tried. */
    everyMs: 600_000,
    testEveryMs: 1_800_000,
    /** So long all of them are kept; then one an hour; then one a day. */
    allMs: 6 * 3_600_000,
    hourlyMs: 48 * 3_600_000,
    dailyMs: 14 * 86_400_000,
    /** An older good snapshot is an alarm. */
    goodWithinMs: 2 * 3_600_000,
  },
  scrub: {
    /** Nodes read their WAL, head chunks and what opens a block this often. */
    periodMs: 300_000,
    /** At most so much is read a second: the volume belongs to Prometheus. */
    bytesPerSecond: 20_000_000,
    /** Every chunk of every block is read once in this time. */
    deepMs: 7 * 86_400_000,
    /** What was quarantined is kept for so long. */
    keepMs: 7 * 86_400_000,
  },
  backfill: {
    /** A node that was away fetches from its peer what it missed, up to so long ago. */
    windowMs: 86_400_000,
    /** At most so many samples a second are compared: Prometheus and the network have other things to do. */
    samplesPerSecond: 1_000_000,
  },
};

/** As DEFAULT_POLICY, with what config/cluster.ts changes. Travels as JSON to functions and nodes. */
export type Policy = ReadOnly<typeof DEFAULT_POLICY>;

/** The form of an object that has nothing but numbers, at whatever depth. */
const numbersOf = <T extends object>(example: T): z.ZodMiniType<T> =>
  fields(
    Object.fromEntries(
      Object.entries(example).map(([name, value]: [string, unknown]) => [
        name,
        typeof value === 'object' && value !== null ? numbersOf(value) : number,
      ]),
    ),
  ) as unknown as z.ZodMiniType<T>;

export const policyShape = numbersOf(DEFAULT_POLICY);
