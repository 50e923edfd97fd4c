import { documentFormat } from './document';
import { policyShape, type Policy } from './documents/policy';
import { UserError } from './errors';

/** A loop of route-queries runs for a minute and remembers nothing of the one before it; some of it goes to waiting. */
const MAX_BACK_AFTER_MS = 45_000;

/** With two gates open for so long nobody is paged twice: they send the same to one cluster. */
const MAX_CALM_POLL_MS = 10_000;

/** So many questions in a row are lost together only when the node, or its link, is. */
const LEAST_QUESTIONS = 5;

/** A broken relation between two settings, `path` being where a person would look for it. */
export interface PolicyProblem {
  readonly path: readonly string[];
  readonly what: string;
  readonly got: string;
  readonly expected: string;
}

/** Keeps a problem when its relation does not hold. `got`: by default the value at the path. */
type Check = (ok: boolean, path: string, what: string, expected: string, got?: string) => void;

/** Relations between the time-outs, not only ranges. Empty when the policy is sound. */
export function policyProblems(p: Policy): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const check: Check = (ok, at, what, expected, got = `${valueAt(p, at)}${at.endsWith('Ms') ? ' ms' : ''}`) => {
    if (!ok) problems.push({ path: at.split('.'), what, got, expected });
  };
  for (const relations of [probing, outages, routing, volumesAndSnapshots, ranges]) relations(p, check);
  return problems;
}

/** A node is unhealthy by several probes, each of which has its time. */
function probing(p: Policy, check: Check): void {
  check(
    p.probe.timeoutMs < p.probe.intervalMs,
    'probe.timeoutMs',
    'a probe must end before the next one starts',
    `less than probe.intervalMs (${p.probe.intervalMs} ms)`,
  );
  check(
    p.verifyTimeoutMs <= p.probe.timeoutMs,
    'verifyTimeoutMs',
    'the verifying probe must not wait longer than an ordinary one',
    `at most probe.timeoutMs (${p.probe.timeoutMs} ms)`,
  );
  check(
    p.watch.silentMs >= LEAST_QUESTIONS * p.watch.intervalMs,
    'watch.silentMs',
    'one lost packet, or a short pause, must not look like silence',
    `at least ${LEAST_QUESTIONS} × watch.intervalMs (${LEAST_QUESTIONS * p.watch.intervalMs} ms)`,
  );
  check(p.probe.fall >= 2, 'probe.fall', 'one lost packet must not fail a node over', 'at least 2');
  check(p.probe.rise >= 1, 'probe.rise', 'a node needs a success to be healthy', 'at least 1');
}

/** What is merely slow is neither an outage nor a reason to flap. */
function outages(p: Policy, check: Check): void {
  check(
    p.heartbeatStaleMs > p.heartbeatMs + p.probe.intervalMs + p.storeTimeoutMs,
    'heartbeatStaleMs',
    'a heartbeat must not look stale while the control plane is merely slow',
    `more than heartbeatMs + probe.intervalMs + storeTimeoutMs (${p.heartbeatMs + p.probe.intervalMs + p.storeTimeoutMs} ms)`,
  );
  check(
    p.storeOutageGraceMs > p.pollMs + p.storeTimeoutMs,
    'storeOutageGraceMs',
    'one failed read is not an outage',
    `more than pollMs + storeTimeoutMs (${p.pollMs + p.storeTimeoutMs} ms)`,
  );
  check(
    p.pollMs <= p.calmPollMs && p.calmPollMs <= MAX_CALM_POLL_MS,
    'calmPollMs',
    'nodes read the assignment less often while all is well, and a node that nobody could tell of a change must still learn of it',
    `pollMs (${p.pollMs} ms) to ${MAX_CALM_POLL_MS} ms`,
  );
  check(
    p.flapping.holdDownMs < p.flapping.windowMs,
    'flapping.holdDownMs',
    'damping must end within its window',
    `less than flapping.windowMs (${p.flapping.windowMs} ms)`,
  );
}

/** Queries leave Thanos sooner than they come back to it, and come back within one loop of route-queries. */
function routing(p: Policy, check: Check): void {
  const { backAfterMs, holdMs } = p.routing;
  check(
    backAfterMs > p.probe.fall * p.probe.intervalMs,
    'routing.backAfterMs',
    'Thanos must prove itself for longer than it takes to leave it, or queries go to and fro',
    `more than probe.fall × probe.intervalMs (${p.probe.fall * p.probe.intervalMs} ms)`,
  );
  check(
    backAfterMs <= MAX_BACK_AFTER_MS,
    'routing.backAfterMs',
    'route-queries looks on for one minute at a time and could never see Thanos well for so long',
    `at most ${MAX_BACK_AFTER_MS} ms`,
  );
  check(
    holdMs >= backAfterMs,
    'routing.holdMs',
    'the load balancer takes more than a minute to do as its listener says, and shall not be told twice meanwhile',
    `at least routing.backAfterMs (${backAfterMs} ms)`,
  );
}

/** A volume is looked at before it is called stalled; snapshots are taken, tested, thinned out. */
function volumesAndSnapshots(p: Policy, check: Check): void {
  check(
    p.volume.lookMs < p.volume.stalledMs,
    'volume.stalledMs',
    'a volume is looked at before it is called stalled',
    `more than volume.lookMs (${p.volume.lookMs} ms)`,
  );
  const { everyMs, testEveryMs, allMs, hourlyMs, dailyMs, goodWithinMs } = p.snapshots;
  check(
    everyMs >= 60_000 && everyMs <= testEveryMs && testEveryMs < goodWithinMs,
    'snapshots.everyMs',
    'snapshots are taken, at most as often tested, and the newest good one must be able to be young enough',
    '60000 <= everyMs <= testEveryMs < goodWithinMs',
    `${everyMs} ms, tested every ${testEveryMs} ms, good within ${goodWithinMs} ms`,
  );
  check(
    testEveryMs < allMs && allMs <= hourlyMs && hourlyMs <= dailyMs,
    'snapshots.allMs',
    'snapshots are thinned out with age',
    'testEveryMs < allMs <= hourlyMs <= dailyMs',
    `${allMs}, ${hourlyMs}, ${dailyMs} ms`,
  );
}

/** What must be positive for itself. */
const POSITIVE = [
  'volume.lookMs',
  'probe.intervalMs',
  'probe.timeoutMs',
  'watch.intervalMs',
  'verifyTimeoutMs',
  'maxScrapeLagMs',
  'pollMs',
  'storeTimeoutMs',
  'announceMs',
  'heartbeatMs',
  'alertingSilentMs',
  'flapping.free',
  'scrub.periodMs',
  'scrub.bytesPerSecond',
  'scrub.deepMs',
  'scrub.keepMs',
  'backfill.windowMs',
  'backfill.samplesPerSecond',
];

/** Who was not well with a new configuration within five minutes refuses it; a trial needs time before that. */
const MAX_TRIAL_MS = 240_000;

function ranges(p: Policy, check: Check): void {
  check(
    p.canary.wellMs >= 0 && p.canary.wellMs <= MAX_TRIAL_MS,
    'canary.wellMs',
    'a trial of a configuration ends within five minutes, by success or not',
    `0 to ${MAX_TRIAL_MS} ms`,
  );
  for (const path of POSITIVE)
    check(valueAt(p, path) > 0, path, `${path} must be positive`, 'more than 0', `${valueAt(p, path)}`);
}

/** The number at a path such as probe.fall. */
function valueAt(p: Policy, path: string): number {
  return path.split('.').reduce<unknown>((value, name) => Reflect.get(Object(value) as object, name), p) as number;
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
