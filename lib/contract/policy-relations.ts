import { documentFormat } from './document';
import { policyShape, type Policy } from './documents/policy';
import { UserError } from './errors';

/** A loop of route-queries runs for a minute and remembers nothing of the one before it; some of it goes to waiting. */
const MAX_BACK_AFTER_MS = 45_000;

/** A broken relation between two settings, `path` being where a person would look for it. */
export interface PolicyProblem {
  readonly path: readonly string[];
  readonly what: string;
  readonly got: string;
  readonly expected: string;
}

/** Keeps a problem when its relation does not hold. */
type Check = (ok: boolean, path: string[], what: string, got: string, expected: string) => void;

/** Relations between the time-outs, not only ranges. Empty when the policy is sound. */
export function policyProblems(p: Policy): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const check: Check = (ok, path, what, got, expected) => {
    if (!ok) problems.push({ path, what, got, expected });
  };
  for (const relations of [probing, outages, routing, volumesAndSnapshots, ranges]) relations(p, check);
  return problems;
}

/** A node is unhealthy by several probes, each of which has its time. */
function probing(p: Policy, check: Check): void {
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
}

/** What is merely slow is neither an outage nor a reason to flap. */
function outages(p: Policy, check: Check): void {
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
}

/** Queries leave Thanos sooner than they come back to it, and come back within one loop of route-queries. */
function routing(p: Policy, check: Check): void {
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
}

/** A volume is looked at before it is called stalled; snapshots are taken, tested, thinned out. */
function volumesAndSnapshots(p: Policy, check: Check): void {
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
}

/** What must be positive for itself. */
function ranges(p: Policy, check: Check): void {
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
    [['backfill', 'windowMs'], p.backfill.windowMs],
    [['backfill', 'samplesPerSecond'], p.backfill.samplesPerSecond],
  ];
  for (const [path, value] of positive) {
    check(value > 0, path, `${path.join('.')} must be positive`, `${value}`, 'more than 0');
  }
}

const FORMAT = documentFormat({
  what: 'policy',
  shape: policyShape,
  maxBytes: 64 * 1024,
  fix: 'correct the policy in config/cluster.ts and deploy again',
});

/** Parses the JSON that functions and nodes get. @throws UserError naming the first broken relation */
export function parsePolicy(json: string, where = 'the policy that was deployed'): Policy {
  const policy = FORMAT.parse(json, where);
  const [problem] = policyProblems(policy);
  if (problem) {
    throw new UserError({
      what: `policy.${problem.path.join('.')}: ${problem.what}`,
      where,
      got: problem.got,
      expected: problem.expected,
      fix: 'correct the policy in config/cluster.ts and deploy again',
    });
  }
  return policy;
}
