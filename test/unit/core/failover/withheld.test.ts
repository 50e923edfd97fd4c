import type { Assignment } from '../../../../lib/contract/documents/assignment';
import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import { decidePromotion } from '../../../../lib/core/failover/promotion';
import { hasRunOut, isWithheld, MOST_WITHHELD_MS } from '../../../../lib/core/failover/withheld';
import { aProbe } from '../../../fixtures/builders';
import { ago, assignment, NOW } from './situation';

const HOUR = 3_600_000;
const withheld = { by: 'op', since: ago(HOUR), reason: 'the old one tells', until: ago(-HOUR) };

test('alerts are withheld up to their date, and told from then on', () => {
  const held = assignment({ withheld });
  expect([-1, 0].map((ms) => isWithheld(held, NOW + HOUR + ms))).toEqual([true, false]);
  expect([-1, 0].map((ms) => hasRunOut(held, NOW + HOUR + ms))).toEqual([false, true]);
  expect(isWithheld(assignment(), NOW)).toBe(false);
  expect(isWithheld(null, NOW)).toBe(false);
});

test('a node whose clock is far back tells: it would never know when it is over', () => {
  expect(isWithheld(assignment({ withheld }), NOW - 2 * HOUR - 1)).toBe(false);
  expect(isWithheld(assignment({ withheld }), NOW - 2 * HOUR)).toBe(true);
});

/** The document that a promotion writes. */
function written(before: Assignment | null, appliedEpoch: number, withheldUntilMs: number): Assignment['withheld'] {
  const policy = { ...DEFAULT_POLICY, withheldUntilMs };
  const probes = ['a', 'b'].map((node) =>
    aProbe(node, node === 'a' && before !== null ? { ready: false, agent: null } : { agent: { appliedEpoch } }),
  );
  const decision = decidePromotion(
    {
      assignment: before,
      nodes: ['a', 'b'],
      probes: new Map(probes.map((probe) => [probe.node, probe])),
      consecutiveFailures: { node: 'a', count: 3 },
      silence: null,
      exited: null,
      caller: 'health-check',
      policy,
    },
    NOW,
  );
  if (decision.kind !== 'promote') throw new Error(decision.because);
  return decision.next.withheld;
}

test('the first assignment of a cluster begins with it where its policy says so, for a while at most', () => {
  expect(written(null, 0, NOW + HOUR)).toEqual({
    by: 'health-check',
    since: ago(0),
    reason: 'another system still tells',
    until: ago(-HOUR),
  });
  expect(written(null, 0, NOW + 1e12)!.until).toBe(ago(-MOST_WITHHELD_MS));
  expect(written(null, 0, NOW)).toBeUndefined();
  expect(written(null, 0, 0)).toBeUndefined();
});

test('a failover goes on with it, and begins none', () => {
  expect(written(assignment({ withheld }), 7, 0)).toEqual(withheld);
  expect(written(assignment(), 7, NOW + HOUR)).toBeUndefined();
});

test('where the bucket lost or put back the assignment all is told: nobody knows whether it still holds', () => {
  expect(written(null, 7, NOW + HOUR)).toBeUndefined();
  expect(written(assignment({ withheld }), 8, NOW + HOUR)).toBeUndefined();
});
