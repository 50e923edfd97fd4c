import { reservedOf, throttled } from '../../../../../local/run/lambda/concurrency';
import { onCall } from '../../../../../local/run/lambda/network-idle';

describe('concurrency', () => {
  const account = (running: Record<string, number>, reserved: Record<string, number> = {}, concurrency = 10) =>
    throttled('f', new Map(Object.entries(running)), { concurrency, reserved: new Map(Object.entries(reserved)) });
  const SHARED = 'ConcurrentInvocationLimitExceeded';
  const OWN = 'ReservedFunctionConcurrentInvocationLimitExceeded';

  test.each<[string, ReturnType<typeof account>, ReturnType<typeof throttled>]>([
    ['nothing runs', account({}), null],
    ['nine of ten run', account({ f: 4, g: 5 }), null],
    ['ten of ten run', account({ f: 4, g: 6 }), SHARED],
    ['what another one has reserved is not there', account({ f: 7 }, { g: 3 }), SHARED],
    ['what runs on a reservation takes nothing else', account({ f: 6, g: 3 }, { g: 3 }), null],
    ['its own reservation is used up, though others are free', account({ f: 2 }, { f: 2 }), OWN],
    ['its own reservation is free, though the rest is used up', account({ f: 1, g: 8 }, { f: 2 }), null],
    ['reserved 0: it never runs', account({}, { f: 0 }), OWN],
    ['1,000', account({ f: 999 }, {}, 1_000), null],
    ['all of 1,000', account({ f: 1_000 }, {}, 1_000), SHARED],
  ])('%s', (_, found, expected) => expect(found).toBe(expected));

  test('reservations are those that were deployed', () => {
    expect([...reservedOf([{ name: 'a', reserved: 2 }, { name: 'b' }])]).toEqual([['a', 2]]);
  });
});

describe('a function in a VPC', () => {
  const DAY = 86_400_000;
  const settings = { idleMs: 14 * DAY, wakeMs: 60_000 };
  const awake = { calledAt: 0, wokenAt: null };

  test('called within the time it stays as it is', () => {
    expect(onCall(awake, true, settings, 14 * DAY - 1)).toEqual({
      runs: true,
      after: { calledAt: 14 * DAY - 1, wokenAt: null },
    });
  });

  test('after it the call fails and wakes it; calls fail until it is awake', () => {
    const first = onCall(awake, true, settings, 14 * DAY);
    const second = onCall(first.after, true, settings, 14 * DAY + 59_999);
    const third = onCall(second.after, true, settings, 14 * DAY + 60_000);
    expect([first.runs, second.runs, third.runs]).toEqual([false, false, true]);
    expect(third.after).toEqual({ calledAt: 14 * DAY + 60_000, wokenAt: null });
  });

  test('outside of a VPC nothing is taken from it', () => {
    expect(onCall(awake, false, settings, 100 * DAY).runs).toBe(true);
  });
});
