import type { Assignment } from '../../../lib/contract/documents/assignment';
import type { Policy } from '../../../lib/contract/documents/policy';
import type { Probe } from '../../../lib/core/failover/health';
import { mistakesIn, type Mistake } from './mistake';

type Health = typeof import('../../../lib/core/failover/health');
type Promotion = typeof import('../../../lib/core/failover/promotion');
type Role = typeof import('../../../lib/core/failover/role');
type Promoted = typeof import('../../../lib/core/failover/promoted');

const health = mistakesIn<Health>('lib/core/failover/health.ts');
const promotion = mistakesIn<Promotion>('lib/core/failover/promotion.ts');
const role = mistakesIn<Role>('lib/core/failover/role.ts');
const lateRules = mistakesIn<typeof import('../../../lib/core/failover/late-rules')>('lib/core/failover/late-rules.ts');
const silence = mistakesIn<typeof import('../../../lib/core/failover/silence')>('lib/core/failover/silence.ts');
const promoted = mistakesIn<Promoted>('lib/core/failover/promoted.ts');

const withheld = mistakesIn<typeof import('../../../lib/core/failover/withheld')>('lib/core/failover/withheld.ts');

const scraped = (probe: Probe): Probe => ({ ...probe, scrapeLagMs: 0 });
const flapping = (policy: Policy, over: Partial<Policy['flapping']>): Policy => ({
  ...policy,
  flapping: { ...policy.flapping, ...over },
});
const without = (assignment: Assignment | null, over: Partial<Assignment>): Assignment | null =>
  assignment && { ...assignment, ...over };

const HEALTH: readonly Mistake[] = [
  lateRules('isOutdone', 'late rules are never noticed', () => () => false),
  health('isAlerting', 'the alerting node serves without scraping', (real) => (probe, p) => real(scraped(probe), p)),
  health(
    'isAlerting',
    'a closed gate counts as alerting',
    (real) => (probe, policy) => real({ ...probe, agent: probe.agent && { ...probe.agent, gateOpen: true } }, policy),
  ),
  health(
    'isPromotable',
    'a node that does not work may take over',
    () => (probe) => probe.agent?.storeReachable === true,
  ),
  health('countProbe', 'misses are never counted up', (real) => (count, ok, policy) => {
    const after = real(count, ok, policy);
    return { ...after, consecutiveFailures: Math.min(1, after.consecutiveFailures) };
  }),
  health('countProbe', 'misses need not be in a row', (real) => (count, ok, policy) => {
    const after = real(count, ok, policy);
    return ok ? { ...after, consecutiveFailures: count.consecutiveFailures } : after;
  }),
];

const PROMOTION: readonly Mistake[] = [
  promotion(
    'decidePromotion',
    'a pause is ignored',
    (real) => (s, now) => real({ ...s, assignment: without(s.assignment, { paused: null }) }, now),
  ),
  promotion('decidePromotion', 'a pause that the bucket forgot is forgotten', (real) => (s, now) => {
    const probes = new Map(
      [...s.probes].map(([node, p]) => [node, { ...p, agent: p.agent && { ...p.agent, pause: undefined } }]),
    );
    return real({ ...s, probes: probes as ReadonlyMap<string, Probe> }, now);
  }),
  promotion(
    'decidePromotion',
    'the report of an exit is ignored',
    (real) => (s, now) => real({ ...s, exited: null }, now),
  ),
  promotion(
    'decidePromotion',
    'a single miss is enough',
    (real) => (s, now) =>
      real(
        {
          ...s,
          consecutiveFailures: s.consecutiveFailures && {
            ...s.consecutiveFailures,
            count: s.consecutiveFailures.count && s.policy.probe.fall,
          },
        },
        now,
      ),
  ),
  promotion(
    'decidePromotion',
    'flapping is not damped',
    (real) => (s, now) => real({ ...s, policy: flapping(s.policy, { holdDownMs: 0 }) }, now),
  ),
  promotion(
    'decidePromotion',
    'damping never ends',
    (real) => (s, now) => real({ ...s, policy: flapping(s.policy, { holdDownMs: 1e9 }) }, now),
  ),
  promotion(
    'decidePromotion',
    'the first promotions are damped too',
    (real) => (s, now) => real({ ...s, policy: flapping(s.policy, { free: 1 }) }, now),
  ),
  promotion('decidePromotion', 'whoever answers may take over', (real) => (s, now) => {
    const seen = [...s.probes].map(([node, probe]): [string, Probe] => {
      const { agent } = probe;
      if (agent === null || node === s.assignment?.active) return [node, probe];
      return [node, { ...scraped(probe), ready: true, agent: { ...agent, storeReachable: true } }];
    });
    return real({ ...s, probes: new Map(seen) }, now);
  }),
  promotion(
    'decidePromotion',
    'the first assignment is never made',
    (real) => (s, now) => (s.assignment === null ? { kind: 'none', because: 'a mistake' } : real(s, now)),
  ),
  silence('isSilentToAll', 'nobody else is asked whether a node is silent', (real) => (s) => {
    const sees = { node: s.assignment?.active ?? '', silentMs: 60_000 };
    const seen = [...s.probes].map(([node, p]): [string, Probe] => [
      node,
      { ...p, agent: p.agent && { ...p.agent, watch: sees } },
    ]);
    return real({ ...s, probes: new Map(seen) });
  }),
  silence(
    'silentForMs',
    'a moment without an answer is silence',
    (real) => (watch, policy) => 10 * real(watch, policy),
  ),
  silence('isSilent', 'silence is never noticed', () => () => false),
  promoted(
    'promoted',
    'a lost assignment starts again from epoch 1',
    (real) => (previous, change, now, windowMs) => real(previous, { ...change, appliedEpoch: 0 }, now, windowMs),
  ),
  promoted('promoted', 'epochs do not rise', (real) => (previous, change, now, windowMs) => {
    const next = real(previous, change, now, windowMs);
    return { ...next, epoch: Math.max(1, next.epoch - 1) };
  }),
  promoted('promoted', 'promotions are not remembered', (real) => (previous, change, now, windowMs) => ({
    ...real(previous, change, now, windowMs),
    promotions: [],
  })),
];

const WITHHELD: readonly Mistake[] = [
  withheld('isWithheld', 'alerts are told though they are withheld', () => () => false),
  withheld('isWithheld', 'alerts are withheld past their date', (real) => (assignment, now) => {
    const { withheld: said } = assignment ?? {};
    return real(said === undefined ? assignment : { withheld: { ...said, until: '2100-01-01T00:00:00Z' } }, now);
  }),
  withheld('withholding', 'a failover forgets that alerts are withheld', (real) => (promotes, next, now) => {
    const made = real(promotes, next, now);
    if (promotes.previous === null) return made;
    return { ...made, withheld: undefined } as Assignment;
  }),
  withheld(
    'withholding',
    'a cluster that is new withholds what it should tell',
    (real) => (promotes, next, now) =>
      real({ ...promotes, policy: { withheldUntilMs: promotes.policy.withheldUntilMs + 60_000 } }, next, now),
  ),
];

const ROLE: readonly Mistake[] = [
  role('decideRole', 'newer epochs are refused', (real) => (before, input, policy, now) => {
    const read = input.store?.assignment ?? null;
    const known = before.assignment;
    if (read === null || known === null || read.epoch <= known.epoch) return real(before, input, policy, now);
    return real(before, { ...input, store: { ...input.store!, assignment: known } }, policy, now);
  }),
  role('decideRole', 'an older epoch is applied', (real) => (before, input, policy, now) => {
    const read = input.store?.assignment ?? null;
    return real(read === null ? before : { ...before, assignment: read }, input, policy, now);
  }),
  role(
    'decideRole',
    'a broken glass outlives the return of the active node',
    (real) => (before, input, policy, now) =>
      real(before, before.breakGlass === null ? input : { ...input, activeSuccesses: 0 }, policy, now),
  ),
  role(
    'decideRole',
    'the glass is never broken',
    (real) => (before, input, policy, now) => real(before, input, { ...policy, storeOutageGraceMs: 1e9 }, now),
  ),
  role(
    'decideRole',
    'nobody stands in for the control plane',
    (real) => (before, input, policy, now) => real(before, input, { ...policy, heartbeatStaleMs: 1e9 }, now),
  ),
  role(
    'decideRole',
    'a heartbeat that stands still looks alive',
    (real) => (before, input, policy, now) =>
      real({ ...before, heartbeat: { ...before.heartbeat, firstReadAt: now } }, input, policy, now),
  ),
  role('decideRole', 'without an assignment nobody counts', (real) => (before, input, policy, now) => {
    const after = real(before, input, policy, now);
    return after.state.assignment === null ? { ...after, takeOver: false } : after;
  }),
  role('decideRole', 'a broken glass is never made official', (real) => (before, input, policy, now) => {
    const after = real(before, input, policy, now);
    return before.breakGlass === null ? after : { ...after, takeOver: false };
  }),
  role(
    'decideRole',
    'an outage never gets older',
    (real) => (before, input, policy, now) =>
      real({ ...before, storeFailingSince: before.storeFailingSince && now }, input, policy, now),
  ),
  role('decideRole', 'the active node closes its gate when S3 is gone', (real) => (before, input, policy, now) => {
    const after = real(before, input, policy, now);
    return input.store === null ? { ...after, gate: 'closed' } : after;
  }),
  role(
    'decideRole',
    'two broken glasses take each other for the assigned node',
    (real) => (before, input, policy, now) => {
      const after = real(before, input, policy, now);
      const closes = before.breakGlass !== null && input.store === null && input.activeSuccesses >= policy.probe.rise;
      return closes ? { ...after, gate: 'closed', state: { ...after.state, breakGlass: null } } : after;
    },
  ),
  role('decideRole', 'a planned hand-over closes the old gate first', (real) => (before, input, policy, now) => {
    const after = real(before, input, policy, now);
    return after.state.handingOverSince === null ? after : { ...after, gate: 'closed' };
  }),
  role(
    'decideRole',
    'a failed attempt is no sign of an outage',
    (real) => (before, input, policy, now) => real(before, { ...input, attempt: 'none' }, policy, now),
  ),
];

export const CORE: readonly Mistake[] = [...HEALTH, ...PROMOTION, ...WITHHELD, ...ROLE];
