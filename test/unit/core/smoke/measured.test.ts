import type { StorageReport } from '../../../../lib/contract/documents/storage';
import { isConfirmed, subscriptionFindings, topicOutcome } from '../../../../lib/core/smoke/alarm';
import { auditMeasured } from '../../../../lib/core/smoke/audit';
import { acceptedAfterMs } from '../../../../lib/core/smoke/failover';
import { fallbackMeasured, silences, type WayLook } from '../../../../lib/core/smoke/fallback';
import { chooseRestore } from '../../../../lib/core/smoke/restore';

const TOPIC = 'arn:aws:sns:eu-west-1:1:alarms';
const T = Date.parse('2026-11-01T00:00:00Z');

describe('what CloudWatch says of an alarm', () => {
  const taken = { at: T + 1_000, summary: `Successfully executed action ${TOPIC}` };
  const refused = {
    at: T + 2_000,
    summary: `Failed to execute action ${TOPIC}. Received error: "CloudWatch Alarms is not authorized"`,
  };

  test('the newest line of that topic since it was set', () => {
    expect(topicOutcome([taken], TOPIC, T)).toEqual({ takenAt: T + 1_000, refused: null });
    expect(topicOutcome([taken, refused], TOPIC, T)).toEqual({ takenAt: null, refused: refused.summary });
  });
  test('neither another topic nor an earlier time', () => {
    const nothing = { takenAt: null, refused: null };
    expect(topicOutcome([{ ...taken, summary: `${taken.summary}-of-another` }], TOPIC, T)).toEqual(nothing);
    expect(topicOutcome([{ ...taken, at: T - 3_600_000 }], TOPIC, T)).toEqual(nothing);
    expect(topicOutcome([], TOPIC, T)).toEqual(nothing);
  });
  test('who has not followed the link hears nothing, and nobody at all is worse', () => {
    const pending = { arn: 'PendingConfirmation', protocol: 'email', endpoint: 'me@example.com' };
    const confirmed = { ...pending, arn: `${TOPIC}:1` };
    expect([pending, confirmed].map(isConfirmed)).toEqual([false, true]);
    expect(subscriptionFindings([pending, confirmed])).toEqual([expect.stringContaining('me@example.com')]);
    expect(subscriptionFindings([])).toEqual([expect.stringContaining('Nobody subscribed')]);
  });
});

describe('when alerts were accepted', () => {
  const read = (firstAcceptedAt: string | null, aheadMs: number) => ({
    status: {
      now: new Date(T + 60_000 + aheadMs).toISOString(),
      gate: {
        open: true,
        primed: true,
        held: 0,
        sent: 1,
        openedAt: new Date(T + 1_000 + aheadMs).toISOString(),
        firstAcceptedAt,
        alertmanagers: [],
      },
    },
    askedAt: T + 59_900,
    answeredAt: T + 60_100,
  });
  test.each([0, 5_000, -5_000])("by our clock, whatever the node's says (%i ms ahead)", (aheadMs) => {
    expect(acceptedAfterMs(T, read(new Date(T + 2_500 + aheadMs).toISOString(), aheadMs))).toBe(2_500);
  });
  test('nothing was accepted since its gate opened', () => {
    expect(acceptedAfterMs(T, read(null, 0))).toBeNull();
  });
});

describe('what is restored, and by whom', () => {
  const snapshot = (id: string, hours: number, verdict: 'good' | 'bad' | null = null, completed = true) => ({
    id,
    node: 'a',
    takenAt: T - hours * 3_600_000,
    completed,
    verdict,
  });
  const report = (over: Partial<StorageReport> = {}): StorageReport => ({
    version: 1,
    node: 'b',
    instanceId: 'i-1',
    zone: 'z-b',
    volumeId: 'vol-1',
    generation: 1,
    at: new Date(T).toISOString(),
    trouble: null,
    needsVolume: null,
    tested: null,
    ...over,
  });
  const reports = new Map([
    ['a', report({ node: 'a', zone: 'z-a' })],
    ['b', report()],
  ]);
  const all = [
    snapshot('old', 3, 'good'),
    snapshot('bad', 1, 'bad'),
    snapshot('new', 2),
    snapshot('half', 0, null, false),
  ];

  test('the newest whole one that was not found bad, by a standby, in its zone', () => {
    const chosen = chooseRestore({ active: 'a', reports, tests: [] }, all);
    expect(chosen).toMatchObject({ snapshot: { id: 'new' }, by: 'b', zone: 'z-b' });
  });
  test.each([
    ['no snapshot', { active: 'a', reports, tests: [] }, all.slice(3)],
    ['a standby that tries one already', { active: 'a', reports, tests: [{ testedBy: 'b' }] }, all],
    [
      'a standby that wants a volume itself',
      { active: 'a', reports: new Map([['b', report({ needsVolume: { since: 'x', because: 'y' } })]]), tests: [] },
      all,
    ],
    ['a standby that never said anything', { active: 'a', reports: new Map([['b', null]]), tests: [] }, all],
  ])('%s is waited for', (_, situation, snapshots) => {
    expect(chooseRestore(situation, snapshots)).toEqual({ wait: expect.any(String) });
  });
});

describe('the way of queries, there and back', () => {
  const looks = (...all: readonly [at: number, route: WayLook['route'], answered: boolean][]): WayLook[] =>
    all.map(([at, route, answered]) => ({ at: at * 1_000, route, answered, why: answered ? null : 'ECONNRESET' }));
  const there: [number, WayLook['route'], boolean][] = [
    [0, 'thanos', true],
    [2, 'thanos', false],
    [4, 'nodes', false],
    [6, 'nodes', true],
    [8, 'nodes', true],
  ];

  test('each time from its order', () => {
    const seen = looks(...there, [10, 'nodes', true], [12, 'thanos', false], [14, 'thanos', true]);
    expect(fallbackMeasured(seen, { awayAt: 0, backAt: 10_000 })).toEqual({
      fellBack: 4,
      answeredByNodes: 6,
      unanswered: 6,
      returned: 4,
      unansweredOnReturn: 4,
    });
  });
  test('each stretch without an answer is told once, with why', () => {
    const again = looks(...there, [10, 'nodes', false]);
    expect(silences(again)).toEqual([
      'No answer from 00:00:02 to 00:00:06 UTC, the listener pointing at thanos: ECONNRESET.',
      'No answer from 00:00:10 to the end UTC, the listener pointing at nodes: ECONNRESET.',
    ]);
    expect(silences(looks([0, 'thanos', true]))).toEqual([]);
  });
  test('what did not come is null, and silence to the end counts', () => {
    const seen = looks([0, 'thanos', true], [2, 'thanos', false], [9, 'other', false]);
    expect(fallbackMeasured(seen, { awayAt: 0, backAt: null })).toEqual({
      fellBack: null,
      answeredByNodes: null,
      unanswered: 9,
      returned: null,
      unansweredOnReturn: null,
    });
  });
});

test('samples that nobody has are lost; those that some replica has are passed over, by the worst series', () => {
  const target = (...gaps: readonly [missing: number, heldBy: readonly string[]][]) =>
    ({
      deduplicated: { gaps: gaps.map(([missing, heldBy]) => ({ missing, heldBy, from: 0, to: 0, hidden: false })) },
    }) as never;
  const targets = [target([1, []], [1, ['a']]), target([2, []], [2, ['a', 'b']]), target()];
  expect(auditMeasured({ targets }, ['Thanos'])).toEqual({ targets: 3, samplesLost: 3, passedOver: 2, notLookedAt: 1 });
});
