import type { PostedAlert } from '../../../../lib/contract/documents/alerts';
import { emptyGate, hold, type GateState } from '../../../../lib/core/alerts/gate';
import { newestEnd, NOTHING_DELIVERED, waitingEnds } from '../../../../lib/core/alerts/owed';

const T = Date.parse('2026-01-01T00:00:00Z');
const at = (ms: number): string => new Date(T + ms).toISOString();
const resolved = (name: string, endedMs: number): PostedAlert => ({
  labels: { alertname: name },
  startsAt: at(endedMs - 10_000),
  endsAt: at(endedMs),
});
const firing = (name: string): PostedAlert => ({ labels: { alertname: name }, startsAt: at(0), endsAt: at(60_000) });
/** Opened at T; ends wait 4 s for their place in the cluster. */
const REPLAY = { openedAt: T, lifeMs: 60_000, endsWait: { ms: 4_000, upTo: Infinity } };
const waiting = (state: GateState, nowMs: number, replay = REPLAY) =>
  waitingEnds(state, NOTHING_DELIVERED, T + nowMs, replay).map(({ held, at: due }) => [
    held.alert.labels.alertname,
    due - T,
  ]);

describe('ends that wait when the gate closes', () => {
  test('are those of this opening whose time has not come, with their time', () => {
    const state = hold(emptyGate(), [resolved('a', 900), firing('b')], T + 1_000);
    expect(waiting(state, 4_999)).toEqual([['a', 5_000]]);
    expect(waiting(state, 5_000)).toEqual([]);
  });

  test('are not those that came before the opening: no other one was told them by this node', () => {
    expect(waiting(hold(emptyGate(), [resolved('a', -100)], T - 1), 0)).toEqual([]);
    expect(waiting(hold(emptyGate(), [resolved('a', -100)], T), 0)).toEqual([['a', 7_000]]);
  });

  test('are not those whose place in the cluster is not known: they have no time', () => {
    const unknown = { ...REPLAY, endsWait: { ms: 0, upTo: 0 } };
    expect(waiting(hold(emptyGate(), [resolved('a', 900)], T + 1_000), 1_000, unknown)).toEqual([]);
  });
});

describe('the newest end', () => {
  const newest = (state: GateState) => newestEnd(state, NOTHING_DELIVERED, T + 1_000, REPLAY);
  test('is none while all fires', () => {
    expect(newest(hold(emptyGate(), [firing('a')], T))).toBe(0);
  });
  test('is the one that came last, also of an alert that is known for longer', () => {
    const state = hold(emptyGate(), [firing('a'), resolved('b', -10)], T);
    expect(newest(hold(state, [resolved('a', 900)], T + 1_000))).toBe(3);
  });
});
