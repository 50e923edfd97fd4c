import { emptyGate, fingerprint, hold, type GateState } from '../../../../lib/core/alerts/gate';
import {
  looked,
  maySpeak,
  NONE_UNSENT,
  overdue,
  stillSpoken,
  toLookFor,
  type StandbyView,
} from '../../../../lib/core/alerts/unsent';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const RESEND_MS = 5_000;
const REPEATS = { resendDelayMs: RESEND_MS, startedAt: NOW - 60_000 };
const iso = (ms: number): string => new Date(ms).toISOString();
const key = (name: string): string => fingerprint({ alertname: name });
const firing = (name: string, forMs: number, labels = {}) => ({
  labels: { alertname: name, ...labels },
  startsAt: iso(NOW - forMs),
  endsAt: iso(NOW + 4 * RESEND_MS),
});
const held = (...alerts: Parameters<typeof hold>[1]): GateState => hold(emptyGate(), alerts, NOW);
const taken = (name: string, leftMs: number) => ({ key: key(name), endsAt: NOW + leftMs });

describe('what a standby looks for at the Alertmanagers', () => {
  it('is what fires for three seconds, and not the dead man’s switch, what ended or what it sends already', () => {
    const ended = { ...firing('Ended', 60_000), endsAt: iso(NOW - 1) };
    const state = held(
      firing('Old', 3_000),
      firing('Fresh', 2_999),
      ended,
      firing('Watchdog', 60_000, { prometheus_ha: 'watchdog' }),
      firing('Spoken', 60_000),
    );
    const before = { ...NONE_UNSENT, spoken: new Set([key('Spoken')]) };
    expect(toLookFor(state, before, REPEATS, NOW)).toEqual([key('Old')]);
  });

  it('is looked for again only after a resend delay', () => {
    const state = held(firing('A', 60_000));
    const seen = looked(NONE_UNSENT, [key('A')], [taken('A', 20_000)], RESEND_MS, NOW);
    expect(toLookFor(state, seen, REPEATS, NOW + RESEND_MS - 1)).toEqual([]);
    expect(toLookFor(state, seen, REPEATS, NOW + RESEND_MS)).toEqual([key('A')]);
  });
});

describe('what own Prometheus no longer repeats', () => {
  const state = held(firing('A', 60_000));
  const asked = (startedAt: number | null, at: number): string[] =>
    toLookFor(state, NONE_UNSENT, { resendDelayMs: RESEND_MS, startedAt }, at);
  it('is not looked for: it said so before it ended, and it may be over', () => {
    expect(asked(NOW, NOW)).toEqual([key('A')]);
    expect(asked(NOW + 1, NOW + 2)).toEqual([]);
    expect(asked(null, NOW)).toEqual([]);
  });
  it('nor when a repetition is two seconds late', () => {
    expect(asked(NOW, NOW + RESEND_MS + 2_000)).toEqual([key('A')]);
    expect(asked(NOW, NOW + RESEND_MS + 2_001)).toEqual([]);
  });
});

describe('what is overdue', () => {
  it('was missing in all looks for three seconds', () => {
    const first = looked(NONE_UNSENT, [key('A')], [], RESEND_MS, NOW);
    const again = (at: number) => looked(first, [key('A')], [], RESEND_MS, at);
    expect(overdue(first, NOW)).toEqual([]);
    expect(overdue(again(NOW + 2_999), NOW + 2_999)).toEqual([]);
    expect(overdue(again(NOW + 3_000), NOW + 3_000)).toEqual([key('A')]);
  });

  it('begins anew when an Alertmanager had it meanwhile', () => {
    const missing = looked(NONE_UNSENT, [key('A')], [], RESEND_MS, NOW);
    const there = looked(missing, [key('A')], [taken('A', 20_000)], RESEND_MS, NOW + 1_000);
    const gone = looked(there, [key('A')], [], RESEND_MS, NOW + 9_000);
    expect(overdue(gone, NOW + 9_000)).toEqual([]);
  });

  it('is at once what two posts did not reach: it would run out and be told as resolved', () => {
    const runsOut = looked(NONE_UNSENT, [key('A')], [taken('A', 2 * RESEND_MS)], RESEND_MS, NOW);
    expect(overdue(runsOut, NOW)).toEqual([key('A')]);
    const lasts = looked(
      NONE_UNSENT,
      [key('A')],
      [taken('A', 2 * RESEND_MS), taken('A', 2 * RESEND_MS + 1)],
      RESEND_MS,
      NOW,
    );
    expect(overdue(lasts, NOW)).toEqual([]);
  });
});

describe('whether a standby may speak', () => {
  const well: StandbyView = {
    healthy: true,
    paused: false,
    storeReadAt: NOW - 5_000,
    targetsUp: 0.9,
    configHash: 'a',
    discovered: true,
    active: { targetsUp: 0.9, configHash: 'a' },
  };
  it.each<[string, Partial<StandbyView>, boolean]>([
    ['sees as much as the active node', {}, true],
    ['the active node says nothing', { active: { targetsUp: null, configHash: null } }, true],
    ['the active node sees less', { active: { targetsUp: 0.2, configHash: 'a' } }, true],
    ['sees a target less than the active node', { targetsUp: 0.89 }, false],
    ['has other rules', { configHash: 'b' }, false],
    ['does not know its own rules', { configHash: null }, false],
    ['does not know what others know of', { discovered: false }, false],
    ['some targets are better than none', { discovered: false, active: { targetsUp: null, configHash: null } }, true],
    ['is not well', { healthy: false }, false],
    ['automation is paused', { paused: true }, false],
    ['may be the one that is cut off', { storeReadAt: NOW - 5_001 }, false],
    ['has never read the bucket', { storeReadAt: null }, false],
  ])('%s', (_, over, expected) => {
    expect(maySpeak({ ...well, ...over }, NOW)).toBe(expected);
  });
});

describe('what a standby goes on sending', () => {
  const spoken = { ...NONE_UNSENT, spoken: new Set(['A', 'B'].map(key)) };
  it('not what the active node holds, nor what Prometheus no longer repeats', () => {
    const state = held(firing('A', 10_000), firing('B', 10_000));
    expect([...stillSpoken(state, spoken, new Set([key('B')]), REPEATS, NOW)]).toEqual([key('A')]);
    expect(stillSpoken(state, spoken, new Set(), REPEATS, NOW + RESEND_MS + 2_001).size).toBe(0);
  });

  it('an end, until it must have arrived, also when the active node still holds it as firing', () => {
    const state = held({ ...firing('A', 10_000), endsAt: iso(NOW - 1) });
    const both = new Set([key('A')]);
    expect([...stillSpoken(state, spoken, both, REPEATS, NOW + 14_999)]).toEqual([key('A')]);
    expect(stillSpoken(state, spoken, both, REPEATS, NOW + 15_000).size).toBe(0);
  });
});
