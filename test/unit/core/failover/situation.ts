import type { Assignment } from '../../../../lib/contract/documents/assignment';
import { DEFAULT_POLICY as policy } from '../../../../lib/contract/documents/policy';
import { decidePromotion } from '../../../../lib/core/failover/promotion';
import type { Situation } from '../../../../lib/core/failover/candidates';
import { anAssignment, aProbe, type ProbeChanges } from '../../../fixtures/builders';

export const NOW = Date.UTC(2026, 0, 1, 12);
export const ago = (ms: number): string => new Date(NOW - ms).toISOString();
/** Node a is assigned by epoch 7, since long ago. */
export const assignment = (over: Partial<Assignment> = {}): Assignment =>
  anAssignment({ epoch: 7, since: ago(1e6), at: ago(1e6), ...over });
export const ACTIVE: ProbeChanges = { agent: { gateOpen: true } };
export const DEAD: ProbeChanges = { ready: false, scrapeLagMs: null, agent: null };

/** Decides about nodes a, b and c; a is assigned and was missed three times, unless said otherwise. */
export function decide(probes: Record<string, ProbeChanges>, over: Partial<Situation> = {}) {
  const seen = Object.entries(probes).map(([node, { agent = {}, ...rest }]) =>
    aProbe(node, { at: NOW, agent: agent && { appliedEpoch: 7, ...agent }, ...rest }),
  );
  const situation: Situation = {
    assignment: assignment(),
    nodes: ['a', 'b', 'c'],
    probes: new Map(seen.map((probe) => [probe.node, probe])),
    consecutiveFailures: { node: 'a', count: 3 },
    silence: null,
    exited: null,
    caller: 'health-check',
    policy,
    ...over,
  };
  const decision = decidePromotion(situation, NOW);
  const { because } = decision;
  if (decision.kind === 'none') {
    return {
      to: null,
      epoch: null,
      paused: null,
      promotions: null,
      because,
      noCandidate: decision.noCandidate === true,
    };
  }
  const { active, epoch, paused, promotions } = decision.next;
  return { to: active, epoch, paused, promotions, because, noCandidate: false };
}
