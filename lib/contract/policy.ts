import { UserError } from './errors';

/** How failures are noticed and answered. All times in milliseconds. Travels as JSON to functions and nodes. */
export interface Policy {
  readonly probe: {
    /** Between two probes of the same node. */
    readonly intervalMs: number;
    /** For one probe; below the interval, so that cycles never pile up. */
    readonly timeoutMs: number;
    /** Consecutive failures that make a node unhealthy. */
    readonly fall: number;
    /** Consecutive successes that make it healthy again. */
    readonly rise: number;
  };
  /** For the last probe that promote-alerting does for itself before it acts. */
  readonly verifyTimeoutMs: number;
  /** A node whose stalest job was scraped longer ago than this is not scraping. */
  readonly maxScrapeLagMs: number;
  /** Nodes read the assignment this often. */
  readonly pollMs: number;
  /** For one request to S3 by a node or function. */
  readonly storeTimeoutMs: number;
  /** Nodes announce themselves this often. */
  readonly announceMs: number;
  /** A control-plane heartbeat older than this means that nobody is probing. */
  readonly heartbeatStaleMs: number;
  /** Only after S3 was out of reach for this long may a standby alert without an assignment. */
  readonly storeOutageGraceMs: number;
  /** No alert has gone the whole way for this long: alerting is silent, whatever every part says of itself. */
  readonly alertingSilentMs: number;
  readonly flapping: {
    /** Promotions are counted over this long. */
    readonly windowMs: number;
    /** So many within the window are immediate; from then on they are damped. */
    readonly free: number;
    /** Damped: at least this long between two promotions. */
    readonly holdDownMs: number;
  };
  readonly routing: {
    /** Queries go through Thanos again when it has answered every probe for this long. */
    readonly backAfterMs: number;
  };
  readonly sharding: {
    /** Targets that move to another shard are scraped by both for so long: what rules look back over, and their `for`. */
    readonly overlapMs: number;
  };
  readonly volume: {
    /** Nodes write to their data volume this often, to see whether it still takes it. */
    readonly lookMs: number;
    /** A write that has not come back for so long is not slow: the volume is stalled. */
    readonly stalledMs: number;
  };
  readonly snapshots: {
    /** A node's volume is snapshotted this often, and at most this often one of them is tried. */
    readonly everyMs: number;
    readonly testEveryMs: number;
    /** So long all of them are kept; then one an hour; then one a day. */
    readonly allMs: number;
    readonly hourlyMs: number;
    readonly dailyMs: number;
    /** An older good snapshot is an alarm. */
    readonly goodWithinMs: number;
  };
  readonly scrub: {
    /** Nodes read their WAL, head chunks and what opens a block this often. */
    readonly periodMs: number;
    /** At most so much is read a second: the volume belongs to Prometheus. */
    readonly bytesPerSecond: number;
    /** Every chunk of every block is read once in this time. */
    readonly deepMs: number;
    /** What was set aside is kept for so long. */
    readonly keepMs: number;
  };
  readonly refill: {
    /** A node that was away fetches from its peer what it missed, up to so long ago. */
    readonly windowMs: number;
    /** At most so many samples a second are compared: Prometheus and the network have other things to do. */
    readonly samplesPerSecond: number;
  };
}

/** A loop of route-queries runs for a minute and remembers nothing of the one before it; some of it goes to waiting. */
const MAX_BACK_AFTER_MS = 45_000;

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
  refill: { windowMs: 86_400_000, samplesPerSecond: 1_000_000 },
};

/** A broken relation between two settings, `path` being where a person would look for it. */
export interface PolicyProblem {
  readonly path: readonly string[];
  readonly what: string;
  readonly got: string;
  readonly expected: string;
}

/** Relations between the time-outs, not only ranges. Empty when the policy is sound. */
export function policyProblems(p: Policy): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const check = (ok: boolean, path: string[], what: string, got: string, expected: string): void => {
    if (!ok) problems.push({ path, what, got, expected });
  };
  check(
    p.probe.timeoutMs < p.probe.intervalMs,
    ['probe', 'timeoutMs'],
    'a probe must end before the next one starts',
    `${p.probe.timeoutMs} ms`,
    `less than probe.intervalMs (${p.probe.intervalMs} ms)`,
  );
  check(
    p.verifyTimeoutMs <= p.probe.timeoutMs,
    ['verifyTimeoutMs'],
    'the verifying probe must not wait longer than an ordinary one',
    `${p.verifyTimeoutMs} ms`,
    `at most probe.timeoutMs (${p.probe.timeoutMs} ms)`,
  );
  check(
    p.probe.fall >= 2,
    ['probe', 'fall'],
    'one lost packet must not fail a node over',
    `${p.probe.fall}`,
    'at least 2',
  );
  check(p.probe.rise >= 1, ['probe', 'rise'], 'a node needs a success to be healthy', `${p.probe.rise}`, 'at least 1');
  check(
    p.heartbeatStaleMs > p.probe.intervalMs + p.storeTimeoutMs,
    ['heartbeatStaleMs'],
    'a heartbeat must not look stale while the control plane is merely slow',
    `${p.heartbeatStaleMs} ms`,
    `more than probe.intervalMs + storeTimeoutMs (${p.probe.intervalMs + p.storeTimeoutMs} ms)`,
  );
  check(
    p.storeOutageGraceMs > p.pollMs + p.storeTimeoutMs,
    ['storeOutageGraceMs'],
    'one failed read is not an outage',
    `${p.storeOutageGraceMs} ms`,
    `more than pollMs + storeTimeoutMs (${p.pollMs + p.storeTimeoutMs} ms)`,
  );
  check(
    p.flapping.holdDownMs < p.flapping.windowMs,
    ['flapping', 'holdDownMs'],
    'damping must end within its window',
    `${p.flapping.holdDownMs} ms`,
    `less than flapping.windowMs (${p.flapping.windowMs} ms)`,
  );
  const { backAfterMs } = p.routing;
  check(
    backAfterMs > p.probe.fall * p.probe.intervalMs,
    ['routing', 'backAfterMs'],
    'Thanos must prove itself for longer than it takes to leave it, or queries go to and fro',
    `${backAfterMs} ms`,
    `more than probe.fall × probe.intervalMs (${p.probe.fall * p.probe.intervalMs} ms)`,
  );
  check(
    backAfterMs <= MAX_BACK_AFTER_MS,
    ['routing', 'backAfterMs'],
    'route-queries looks on for one minute at a time and could never see Thanos well for so long',
    `${backAfterMs} ms`,
    `at most ${MAX_BACK_AFTER_MS} ms`,
  );
  check(
    p.volume.lookMs < p.volume.stalledMs,
    ['volume', 'stalledMs'],
    'a volume is looked at before it is called stalled',
    `${p.volume.stalledMs} ms`,
    `more than volume.lookMs (${p.volume.lookMs} ms)`,
  );
  const { everyMs, testEveryMs, allMs, hourlyMs, dailyMs, goodWithinMs } = p.snapshots;
  check(
    everyMs >= 60_000 && everyMs <= testEveryMs && testEveryMs < goodWithinMs,
    ['snapshots', 'everyMs'],
    'snapshots are taken, at most as often tested, and the newest good one must be able to be young enough',
    `${everyMs} ms, tested every ${testEveryMs} ms, good within ${goodWithinMs} ms`,
    '60000 <= everyMs <= testEveryMs < goodWithinMs',
  );
  check(
    testEveryMs < allMs && allMs <= hourlyMs && hourlyMs <= dailyMs,
    ['snapshots', 'allMs'],
    'snapshots are thinned out with age',
    `${allMs}, ${hourlyMs}, ${dailyMs} ms`,
    'testEveryMs < allMs <= hourlyMs <= dailyMs',
  );
  const positive: [string[], number][] = [
    [['volume', 'lookMs'], p.volume.lookMs],
    [['probe', 'intervalMs'], p.probe.intervalMs],
    [['probe', 'timeoutMs'], p.probe.timeoutMs],
    [['verifyTimeoutMs'], p.verifyTimeoutMs],
    [['maxScrapeLagMs'], p.maxScrapeLagMs],
    [['pollMs'], p.pollMs],
    [['storeTimeoutMs'], p.storeTimeoutMs],
    [['announceMs'], p.announceMs],
    [['alertingSilentMs'], p.alertingSilentMs],
    [['flapping', 'free'], p.flapping.free],
    [['scrub', 'periodMs'], p.scrub.periodMs],
    [['scrub', 'bytesPerSecond'], p.scrub.bytesPerSecond],
    [['scrub', 'deepMs'], p.scrub.deepMs],
    [['scrub', 'keepMs'], p.scrub.keepMs],
    [['refill', 'windowMs'], p.refill.windowMs],
    [['refill', 'samplesPerSecond'], p.refill.samplesPerSecond],
  ];
  for (const [path, value] of positive) {
    check(value > 0, path, `${path.join('.')} must be positive`, `${value}`, 'more than 0');
  }
  return problems;
}

/** Parses the JSON that functions and nodes get. @throws UserError naming the first broken relation */
export function parsePolicy(json: string): Policy {
  const policy = JSON.parse(json) as Policy;
  const [problem] = policyProblems(policy);
  if (problem) {
    throw new UserError({
      what: `policy.${problem.path.join('.')}: ${problem.what}`,
      got: problem.got,
      expected: problem.expected,
      fix: 'correct the policy in config/cluster.ts and deploy again',
    });
  }
  return policy;
}
