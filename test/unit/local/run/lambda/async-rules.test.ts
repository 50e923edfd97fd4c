import {
  afterAttempt,
  isTooOld,
  WITHOUT_SETTINGS,
  type AttemptEnding,
  type AsyncSettings,
  type QueuedEvent,
} from '../../../../../local/run/lambda/async-rules';

const S = 1_000;
const MINUTE = 60 * S;
const HOUR = 60 * MINUTE;
/** As deployed for what the schedule asks for, and for what an alarm or a node asks once. */
const SCHEDULED: AsyncSettings = { maxAgeMs: MINUTE, retries: 0 };
const ASKED: AsyncSettings = { maxAgeMs: 5 * MINUTE, retries: 2 };

/** Attempts that end like this, each at once: when they are made, in s after the event came, and how it ends. */
function course(endings: (attempt: number) => AttemptEnding, settings: AsyncSettings): { atS: number[]; end: string } {
  let event: QueuedEvent = { queuedAt: 0, failures: 0, refusals: 0 };
  const atS: number[] = [];
  for (let now = 0; ;) {
    if (isTooOld(event, settings, now)) return { atS, end: 'EventAgeExceeded' };
    atS.push(now / S);
    const next = afterAttempt(event, endings(atS.length), settings);
    if (next.do !== 'try again') return { atS, end: next.do === 'discard' ? next.because : 'done' };
    now += next.afterMs;
    event = next.event;
  }
}

describe("Lambda's documented cases of asynchronous calls", () => {
  test.each<[string, (attempt: number) => AttemptEnding, AsyncSettings, { atS: number[]; end: string }]>([
    ['it works', () => 'succeeded', WITHOUT_SETTINGS, { atS: [0], end: 'done' }],
    [
      'the function fails: two more times, a minute and two minutes later',
      () => 'failed',
      WITHOUT_SETTINGS,
      { atS: [0, 60, 180], end: 'RetriesExhausted' },
    ],
    ['it works the second time', (n) => (n === 2 ? 'succeeded' : 'failed'), ASKED, { atS: [0, 60], end: 'done' }],
    ['no retries are asked for', () => 'failed', SCHEDULED, { atS: [0], end: 'RetriesExhausted' }],
    [
      'it is throttled until it is too old: waits double from 1 s',
      () => 'not run',
      SCHEDULED,
      { atS: [0, 1, 3, 7, 15, 31], end: 'EventAgeExceeded' },
    ],
    [
      'throttled for a while: no attempt of the function is lost by it',
      (n) => (n <= 3 ? 'not run' : 'failed'),
      ASKED,
      { atS: [0, 1, 3, 7, 67, 187], end: 'RetriesExhausted' },
    ],
    [
      'it fails and is then throttled: the waits begin anew',
      (n) => (n === 1 ? 'failed' : n <= 3 ? 'not run' : 'succeeded'),
      ASKED,
      { atS: [0, 60, 61, 63], end: 'done' },
    ],
    [
      'the age limit ends retries of errors, too',
      () => 'failed',
      { maxAgeMs: 2 * MINUTE, retries: 2 },
      { atS: [0, 60], end: 'EventAgeExceeded' },
    ],
  ])('%s', (_, endings, settings, expected) => {
    expect(course(endings, settings)).toEqual(expected);
  });

  test('without settings it is tried for 6 hours, at last every 5 minutes', () => {
    const { atS, end } = course(() => 'not run', WITHOUT_SETTINGS);
    expect(end).toBe('EventAgeExceeded');
    const waits = atS.slice(1).map((at, i) => at - atS[i]!);
    expect(waits.slice(0, 10)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
    expect(Math.max(...waits)).toBe(300);
    expect(atS.at(-1)! * S).toBeGreaterThan(6 * HOUR - 301 * S);
  });
});
