import { DEFAULT_POLICY as policy } from '../../../../lib/contract/documents/policy';
import { isCalm, readDueIn, type Polling } from '../../../../lib/core/failover/polling';
import { initialRole, type RoleState } from '../../../../lib/core/failover/role-state';
import { anAssignment } from '../../../fixtures/builders';

const NOW = 1_000_000;

describe('when a node reads its assignment', () => {
  const due = (over: Partial<Polling>): number | null =>
    readDueIn({ readAt: NOW, askedAt: -Infinity, isCalm: true, ...over }, policy, NOW);

  test.each<[string, Partial<Polling>, number | null]>([
    ['for the first time', { readAt: -Infinity }, 0],
    ['seldom while all is well', { readAt: NOW - policy.calmPollMs + 600 }, null],
    ['then again', { readAt: NOW - policy.calmPollMs + 50 }, 0],
    ['every second while something is wrong', { isCalm: false, readAt: NOW - policy.pollMs + 50 }, 0],
    ['not twice in one round', { isCalm: false, readAt: NOW - 10 }, null],
    ['at once when somebody asks', { readAt: NOW - 200, askedAt: NOW }, 0],
    ['when somebody asked while it was reading', { readAt: NOW - 1_000, askedAt: NOW - 1_000 }, 0],
    ['not for what it has read since', { readAt: NOW - 200, askedAt: NOW - 300 }, null],
    ['a little later for whoever asks all the time', { readAt: NOW - 20, askedAt: NOW }, 80],
    ['after its clock was set back', { readAt: NOW + 60_000 }, 0],
  ])('%s', (_, polling, expected) => expect(due(polling)).toBe(expected));
});

describe('all is well', () => {
  const ALERTS = { consecutiveSuccesses: 1, consecutiveFailures: 0 };
  const state = (active: string | null, over: Partial<RoleState> = {}): RoleState => ({
    ...initialRole('a', active === null ? null : anAssignment({ active }), NOW),
    ...over,
  });

  test.each<[string, Parameters<typeof isCalm>, boolean]>([
    ['nothing is assigned', [state(null), ALERTS, true], false],
    ['it is assigned, and nobody else alerts', [state('a'), ALERTS, false], true],
    ['it is assigned, and somebody else alerts', [state('a'), ALERTS, true], false],
    ['the other one is seen to alert', [state('b'), ALERTS, true], true],
    ['it was not asked yet', [state('b'), { consecutiveSuccesses: 0, consecutiveFailures: 0 }, false], false],
    ['it missed a probe', [state('b'), { consecutiveSuccesses: 0, consecutiveFailures: 1 }, false], false],
    ['its glass is broken', [state('b', { breakGlass: { since: 0, epoch: 1, because: '' } }), ALERTS, true], false],
    ['it hands over', [state('b', { handingOverSince: NOW }), ALERTS, true], false],
  ])('%s', (_, seen, expected) => expect(isCalm(...seen)).toBe(expected));
});
