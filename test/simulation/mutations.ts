import type { Mutation } from './bundle';

const ROLE = 'lib/core/failover/role.ts';
const PROMOTION = 'lib/core/failover/promotion.ts';
const HEALTH = 'lib/core/failover/health.ts';
const ASSIGNMENT = 'lib/core/failover/promoted.ts';
const PROMOTE = 'lib/shell/assignment/promote.ts';
const CYCLE = 'lambdas/health-check/cycle.ts';

const m = (file: string, text: string, replacement: string, breaks: string): Mutation => ({
  file,
  text,
  replacement,
  breaks,
});

/** Deliberate breakages: the simulation has to catch each. A text that no longer matches fails the test. */
export const MUTATIONS: readonly Mutation[] = [
  m(HEALTH, 'probe.ready && scraping(probe, policy) &&', 'probe.ready &&', 'works without scraping'),
  m(
    HEALTH,
    'return works(probe, policy) && probe.agent!.gateOpen;',
    'return works(probe, policy);',
    'a closed gate counts as alerting',
  ),
  m(
    HEALTH,
    'return works(probe, policy) && probe.agent!.storeReachable;',
    'return probe.agent !== null && probe.agent.storeReachable;',
    'a node that does not work may take over',
  ),
  m(HEALTH, 'const misses = ok ? 0 : count.misses + 1;', 'const misses = ok ? 0 : 1;', 'misses are never counted up'),
  m(
    HEALTH,
    'const misses = ok ? 0 : count.misses + 1;',
    'const misses = ok ? count.misses : count.misses + 1;',
    'misses need not be in a row',
  ),
  m(PROMOTION, 'assignment.paused !== null) {', 'assignment.paused === undefined) {', 'a pause is ignored'),
  m(
    PROMOTION,
    'if (!exited && misses < policy.probe.fall) {',
    'if (misses < policy.probe.fall) {',
    'the report of an exit is ignored',
  ),
  m(PROMOTION, 'if (wait > 0) {', 'if (wait > 1e9) {', 'flapping is not damped'),
  m(PROMOTION, 'return Math.max(0, holdDownMs - last);', 'return holdDownMs;', 'damping never ends'),
  m(
    PROMOTION,
    'if (recent.length < free) return 0;',
    'if (recent.length < 1) return 0;',
    'the first promotions are damped too',
  ),
  m(PROMOTION, 'eligible(probe, s.policy);', 'probe.agent !== null;', 'whoever answers may take over'),
  m(PROMOTION, 'if (first === undefined)', 'if (first !== undefined)', 'the first assignment is never made'),
  m(
    ASSIGNMENT,
    'Math.max(previous?.epoch ?? 0, change.appliedEpoch) + 1',
    '(previous?.epoch ?? 0) + 1',
    'a lost assignment starts again from epoch 1',
  ),
  m(ASSIGNMENT, 'change.appliedEpoch) + 1;', 'change.appliedEpoch);', 'epochs do not rise'),
  m(
    ASSIGNMENT,
    'promotions: moved ? [...recent, at] : recent,',
    'promotions: recent,',
    'promotions are not remembered',
  ),
  m(PROMOTE, 'if (decision.stuck && timeoutMs', 'if (false && timeoutMs', 'a slow successor is never found'),
  m(
    PROMOTE,
    'current?.etag ?? null)',
    'String(Number(current?.etag ?? 0) + 0))',
    'the first write compares with a version that never was',
  ),
  m(
    PROMOTE,
    'await deps.sleep(policy.probe.intervalMs);',
    'counted = { node: assignment!.active, count: policy.probe.fall };',
    'one miss counts as three',
  ),
  m(PROMOTE, 'before.count : 0) + 1', 'before.count : 9) + 1', 'a single miss is enough'),
  m(
    ROLE,
    'read.epoch >= (before.assignment?.epoch ?? 0)',
    'read.epoch <= (before.assignment?.epoch ?? 99)',
    'newer epochs are refused',
  ),
  m(
    ROLE,
    'input.activeHits >= policy.probe.rise) {',
    'input.activeHits > 1e9) {',
    'a broken glass outlives the return of the active node',
  ),
  m(ROLE, 'if (storeGoneMs >= graceMs) {', 'if (storeGoneMs >= 1e9) {', 'the glass is never broken'),
  m(
    ROLE,
    'if (silentMs >= policy.heartbeatStaleMs) {',
    'if (silentMs >= 1e9) {',
    'nobody stands in for the control plane',
  ),
  m(ROLE, 'input.store.heartbeat === text ? before.heartbeat :', '', 'a heartbeat that stands still looks alive'),
  m(
    ROLE,
    'if (state.assignment !== null && input.activeMisses < policy.probe.fall) {',
    'if (input.activeMisses < policy.probe.fall) {',
    'without an assignment nobody counts',
  ),
  m(
    ROLE,
    'const takeOver = input.lost || (input.store !== null && !state.assignment?.paused);',
    'const takeOver = false;',
    'a broken glass is never made official',
  ),
  m(
    ROLE,
    'storeFailingSince: before.storeFailingSince ?? now }',
    'storeFailingSince: now }',
    'an outage never gets older',
  ),
  m(
    ROLE,
    '  if (assigned) {',
    '  if (assigned && input.store !== null) {',
    'the active node closes its gate when S3 is gone',
  ),
  m(CYCLE, '&& !before.stuck', '', 'functions that cannot help keep the standbys calm'),
  m(
    CYCLE,
    'if (active === null || misses >= policy.probe.fall) {',
    'if (misses >= policy.probe.fall) {',
    'functions leave the first assignment to others',
  ),
  m(
    ROLE,
    'if (input.store !== null && input.activeHits',
    'if (input.activeHits',
    'two broken glasses take each other for the assigned node',
  ),
  m(
    ROLE,
    'if (since !== null && !input.peerAlerts &&',
    'if (since === null && !input.peerAlerts &&',
    'a planned hand-over closes the old gate first',
  ),
];
