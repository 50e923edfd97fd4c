import type * as z from 'zod/mini';
import type { ReadOnly } from '../document';
import { number, fields } from '../shape';

export const policyShape = fields({
  probe: fields({
    /** Between two probes of the same node. */
    intervalMs: number,
    /** For one probe; below the interval, so that cycles never pile up. */
    timeoutMs: number,
    /** Consecutive failures that make a node unhealthy. */
    fall: number,
    /** Consecutive successes that make it healthy again. */
    rise: number,
  }),
  /** For the last probe that promote-alerting does for itself before it acts. */
  verifyTimeoutMs: number,
  /** A node whose stalest job was scraped longer ago than this is not scraping. */
  maxScrapeLagMs: number,
  /** Nodes read the assignment this often. */
  pollMs: number,
  /** For one request to S3 by a node or function. */
  storeTimeoutMs: number,
  /** Nodes announce themselves this often. */
  announceMs: number,
  /** A control-plane heartbeat older than this means that nobody is probing. */
  heartbeatStaleMs: number,
  /** Only after S3 was out of reach for this long may a standby alert without an assignment. */
  storeOutageGraceMs: number,
  /** No watchdog alert has been delivered end to end for this long: alerting is silent, whatever every part says of itself. */
  alertingSilentMs: number,
  flapping: fields({
    /** Promotions are counted over this long. */
    windowMs: number,
    /** So many within the window are immediate; from then on they are damped. */
    free: number,
    /** Damped: at least this long between two promotions. */
    holdDownMs: number,
  }),
  routing: fields({
    /** Queries go through Thanos again when it has answered every probe for this long. */
    backAfterMs: number,
  }),
  sharding: fields({
    /** Targets that move to another shard are scraped by both for so long: what rules look back over, and their `for`. */
    overlapMs: number,
  }),
  volume: fields({
    /** Nodes write to their data volume this often, to see whether it still takes it. */
    lookMs: number,
    /** A write that has not come back for so long is not slow: the volume is stalled. */
    stalledMs: number,
  }),
  snapshots: fields({
    /** A node's volume is snapshotted this often, and at most this often one of them is tried. */
    everyMs: number,
    testEveryMs: number,
    /** So long all of them are kept; then one an hour; then one a day. */
    allMs: number,
    hourlyMs: number,
    dailyMs: number,
    /** An older good snapshot is an alarm. */
    goodWithinMs: number,
  }),
  scrub: fields({
    /** Nodes read their WAL, head chunks and what opens a block this often. */
    periodMs: number,
    /** At most so much is read a second: the volume belongs to Prometheus. */
    bytesPerSecond: number,
    /** Every chunk of every block is read once in this time. */
    deepMs: number,
    /** What was quarantined is kept for so long. */
    keepMs: number,
  }),
  backfill: fields({
    /** A node that was away fetches from its peer what it missed, up to so long ago. */
    windowMs: number,
    /** At most so many samples a second are compared: Prometheus and the network have other things to do. */
    samplesPerSecond: number,
  }),
});

/** How failures are noticed and answered. All times in milliseconds. Travels as JSON to functions and nodes. */
export type Policy = ReadOnly<z.output<typeof policyShape>>;

export const DEFAULT_POLICY: Policy = {
  probe: { intervalMs: 2_000, timeoutMs: 1_000, fall: 3, rise: 2 },
  verifyTimeoutMs: 700,
  maxScrapeLagMs: 5_000,
  pollMs: 1_000,
  storeTimeoutMs: 2_000,
  announceMs: 5_000,
  heartbeatStaleMs: 12_000,
  storeOutageGraceMs: 10_000,
  alertingSilentMs: 60_000,
  flapping: { windowMs: 600_000, free: 3, holdDownMs: 30_000 },
  routing: { backAfterMs: 20_000 },
  sharding: { overlapMs: 600_000 },
  volume: { lookMs: 5_000, stalledMs: 60_000 },
  snapshots: {
    everyMs: 600_000,
    testEveryMs: 1_800_000,
    allMs: 6 * 3_600_000,
    hourlyMs: 48 * 3_600_000,
    dailyMs: 14 * 86_400_000,
    goodWithinMs: 2 * 3_600_000,
  },
  scrub: { periodMs: 300_000, bytesPerSecond: 20_000_000, deepMs: 7 * 86_400_000, keepMs: 7 * 86_400_000 },
  backfill: { windowMs: 86_400_000, samplesPerSecond: 1_000_000 },
};
