import fc from 'fast-check';
import {
  nextStep,
  noAttempts,
  noteAttempt,
  REMEDY_BUDGET_MS,
  type Attempts,
  type Saw,
  heldBack,
} from '../../../../lib/core/remedies/remedies';
import { LEASE_MS, remedyLine, withLease, withOutcome } from '../../../../lib/core/remedies/remedy-lease';

const BUDGET = REMEDY_BUDGET_MS;
const after = (...seen: Saw[]): Attempts =>
  seen.reduce((attempts, saw, i) => noteAttempt(attempts, { at: i, saw, detail: `it was ${saw}` }), noAttempts(0));

describe('the next step of a remedy', () => {
  it('is an attempt at once, then after 0.5, 1 and 2 s, and never later', () => {
    const pauses = [0, 1, 2, 3, 4, 50].map((n) =>
      nextStep('redis', after(...Array<Saw>(n).fill('refused')), BUDGET, 1_000),
    );
    expect(pauses).toEqual([0, 500, 1_000, 2_000, 2_000, 2_000].map((afterMs) => ({ do: 'attempt', afterMs })));
  });

  it('ends when the target answers, and says what was seen before', () => {
    const attempts = after('refused', 'refused', 'loading', 'answers');
    expect(nextStep('redis', attempts, BUDGET, 21_300)).toEqual({
      do: 'reconnected',
      because: 'redis answers: 4 attempts in 21.3 s, before that refused 2 times, loading once.',
    });
    expect(nextStep('redis', after('answers'), BUDGET, 200)).toMatchObject({
      because: 'redis answers: 1 attempt in 0.2 s.',
    });
  });

  it('gives up when the next attempt would be beyond the budget, not before', () => {
    const attempts = after(...Array<Saw>(120).fill('timed out'));
    expect(nextStep('redis', attempts, BUDGET, BUDGET - 2_000).do).toBe('attempt');
    expect(nextStep('redis', attempts, BUDGET, BUDGET - 1_999)).toEqual({
      do: 'give-up',
      because:
        'redis does not answer as it should; gave up after 120 attempts in 268.0 s: timed out 120 times. Last: it was timed out',
    });
  });

  it('gives up early on wrong credentials, unless they were only being changed', () => {
    const four: Saw[] = ['authentication', 'authentication', 'authentication', 'authentication'];
    expect(nextStep('redis', after(...four), BUDGET, 9_000).do).toBe('attempt');
    expect(nextStep('redis', after(...four, 'authentication'), BUDGET, 9_000)).toMatchObject({
      do: 'give-up',
      because: expect.stringContaining('redis refuses the credentials'),
    });
    expect(nextStep('redis', after(...four, 'refused', 'authentication'), BUDGET, 9_000).do).toBe('attempt');
  });

  it('always comes to an end within the budget, whatever is seen', () => {
    const saw = fc.constantFrom<Saw>('refused', 'timed out', 'authentication', 'loading', 'closed');
    fc.assert(
      fc.property(fc.infiniteStream(saw), fc.integer({ min: 0, max: 1_500 }), (stream, takesMs) => {
        let now = 0;
        let attempts = noAttempts(0);
        for (;;) {
          const step = nextStep('x', attempts, 60_000, now);
          if (step.do !== 'attempt') return expect(now).toBeLessThanOrEqual(60_000 + takesMs);
          now += step.afterMs;
          attempts = noteAttempt(attempts, { at: now, saw: stream.next().value, detail: '' });
          now += takesMs;
        }
      }),
    );
  });
});

describe('the lease', () => {
  const first = withLease(null, 'redis', 'a', 0, 0)!;

  it('goes to one call, until that one stops renewing it', () => {
    expect(withLease(first, 'redis', 'b', 5, LEASE_MS - 1)).toBeNull();
    expect(withLease(first, 'redis', 'b', 5, LEASE_MS)).toMatchObject({ holder: 'b' });
    const renewed = withLease(first, 'redis', 'a', 0, 10_000)!;
    expect(withLease(renewed, 'redis', 'b', 5, LEASE_MS)).toBeNull();
  });

  it('is free as soon as the call has ended, and what came of it stays known', () => {
    const ended = withOutcome(first, true, 'redis answers.', 7_000);
    const next = withLease(ended, 'redis', 'b', 8_000, 8_000)!;
    expect(next).toMatchObject({ holder: 'b', outcome: { reconnected: true, because: 'redis answers.' } });
  });

  it('is told as what it is: held, ended, or left by a call that died', () => {
    const ended = withOutcome(first, false, 'redis does not answer.', 7_000);
    expect([remedyLine(first, LEASE_MS - 1), remedyLine(first, LEASE_MS), remedyLine(ended, 8_000)]).toEqual([
      'Remedy redis: trying to reconnect since 1970-01-01T00:00:00.000Z.',
      'Remedy redis: the call of 1970-01-01T00:00:00.000Z did not come to its end.',
      'Remedy redis, at 1970-01-01T00:00:07.000Z: redis does not answer.',
    ]);
  });
});

test('during a pause only an operator tries a remedy, and who is refused hears whose pause it is', () => {
  const paused = { by: 'kim', since: '2026-01-01T00:00:00Z', reason: 'new disks' };
  expect(heldBack('redis', paused, 'agent')).toBe(
    'redis is not tried: paused by kim since 2026-01-01T00:00:00Z: new disks',
  );
  expect(heldBack('redis', paused, 'operator')).toBeNull();
  expect(heldBack('redis', null, 'agent')).toBeNull();
});
