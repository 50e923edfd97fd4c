import fc from 'fast-check';
import type { PostedAlert } from '../../../../lib/contract/documents/alerts';
import {
  emptyGate,
  fingerprint,
  forgetStale,
  hold,
  type GateState,
  type HeldAlert,
} from '../../../../lib/core/alerts/gate';
import {
  deliveredWith,
  newestEnd,
  nextDueAt,
  NOTHING_DELIVERED,
  owed as owedAfter,
  type Delivered,
} from '../../../../lib/core/alerts/owed';

const T = Date.parse('2026-01-01T00:00:00Z');
const at = (ms: number): string => new Date(T + ms).toISOString();
const firing = (name: string, until = 60_000): PostedAlert => ({
  labels: { alertname: name },
  startsAt: at(-1),
  endsAt: at(until),
});
const resolved = (name: string): PostedAlert => ({ labels: { alertname: name }, startsAt: at(-10), endsAt: at(-1) });
const names = (alerts: readonly { alert: PostedAlert }[]): string[] => alerts.map((h) => h.alert.labels.alertname!);

const AT_ONCE = { ms: 0, upTo: Infinity };
/** Long open, and alerts live long: nothing is held back. */
const LONG_OPEN = { openedAt: T - 3_600_000, lifeMs: 3_600_000, endsWait: AT_ONCE };
const owed = (state: GateState, upTo: number, now: number): HeldAlert[] =>
  owedAfter(state, { firing: upTo, ended: upTo }, now, LONG_OPEN);

describe('the alert gate', () => {
  it('keeps the last post of an alert only, whatever the order of its labels', () => {
    const first: PostedAlert = { labels: { a: '1', b: '2' }, startsAt: at(0), endsAt: at(1_000) };
    const again: PostedAlert = { labels: { b: '2', a: '1' }, startsAt: at(0), endsAt: at(2_000) };
    const state = hold(hold(emptyGate(), [first], T), [again], T + 1);
    expect([...state.held.values()].map((h) => h.alert)).toEqual([again]);
  });

  it('owes everything to an Alertmanager that has nothing, oldest first, and only news to one that is up to date', () => {
    let state = hold(emptyGate(), [firing('a'), firing('b')], T);
    expect(names(owed(state, 0, T))).toEqual(['a', 'b']);
    const upTo = state.seq;
    state = hold(state, [firing('a')], T + 1);
    expect(names(owed(state, upTo, T + 1))).toEqual(['a']);
    expect(names(owed(state, 0, T + 1))).toEqual(['b', 'a']);
  });

  it('never sends a firing alert that has run out: it would read as resolved', () => {
    const state = hold(emptyGate(), [firing('a', 1_000)], T);
    expect(owed(state, 0, T + 999)).toHaveLength(1);
    expect(owed(state, 0, T + 1_000)).toHaveLength(0);
  });

  it.each<[string, Partial<PostedAlert>]>([
    ['that ended before', {}],
    ['that ended just then', { endsAt: at(0) }],
    ['that has no end', { endsAt: undefined }],
  ])('sends an alert %s for 16 minutes after its last post', (_, over) => {
    const state = hold(emptyGate(), [{ ...resolved('a'), ...over }], T);
    expect(owed(state, 0, T + 16 * 60_000)).toHaveLength(1);
    expect(owed(state, 0, T + 16 * 60_000 + 1)).toHaveLength(0);
  });

  it('forgets what cannot be sent truthfully any more, and keeps the rest', () => {
    const state = hold(emptyGate(), [firing('runs out', 1_000), firing('goes on'), resolved('ended')], T);
    expect(forgetStale(state, T + 999)).toBe(state);
    const after = forgetStale(state, T + 1_000);
    expect(names([...after.held.values()])).toEqual(['goes on', 'ended']);
    expect(after.seq).toBe(state.seq);
  });

  it('does not repeat an end to an Alertmanager that has it, but tells a new end and a new beginning', () => {
    const ended = (startsAt: number, endsAt: number): PostedAlert => ({
      labels: { alertname: 'a' },
      startsAt: at(startsAt),
      endsAt: at(endsAt),
    });
    const state = hold(emptyGate(), [ended(-10, -1)], T);
    const upTo = state.seq;
    const again = hold(state, [ended(-10, -1)], T + 15_000);
    expect(owed(again, upTo, T + 15_000)).toHaveLength(0);
    expect(owed(again, 0, T + 15_000)).toHaveLength(1);
    expect(owed(hold(again, [firing('a')], T + 1), upTo, T + 1)).toHaveLength(1);
    expect(owed(hold(again, [ended(5_000, 9_000)], T + 10_000), upTo, T + 10_000)).toHaveLength(1);
  });

  it.each<[string, PostedAlert, number]>([
    [
      'the same resolved post again is not sent again, even when it ends at this very moment',
      { ...resolved('a'), endsAt: at(15_000) },
      0,
    ],
    ['another end of the same firing is sent', { ...resolved('a'), endsAt: at(14_999) }, 1],
    ['the same end of another firing is sent', { ...resolved('a'), startsAt: at(-9), endsAt: at(15_000) }, 1],
  ])('%s', (_, post, told) => {
    const state = hold(emptyGate(), [{ ...resolved('a'), endsAt: at(15_000) }], T);
    const upTo = state.seq;
    const again = hold(state, [post], T + 15_000);
    expect(owed(again, upTo, T + 15_000)).toHaveLength(told);
  });

  it('repeats a firing alert, which runs out otherwise', () => {
    const state = hold(emptyGate(), [firing('a')], T);
    const upTo = state.seq;
    expect(owed(hold(state, [firing('a')], T + 15_000), upTo, T + 15_000)).toHaveLength(1);
  });

  it('owes the same in parts as at once, and keeps a bounded number of posts that were replaced', () => {
    const state = emptyGate();
    for (let round = 0; round < 10; round += 1)
      hold(
        state,
        [...'abcdefgh'].map((name) => (name > 'f' && round === 9 ? resolved(name) : firing(name))),
        T,
      );
    const all = names(owed(state, 0, T));
    expect(all).toEqual([...'abcdefgh']);
    const inParts: string[] = [];
    let delivered: Delivered = NOTHING_DELIVERED;
    for (;;) {
      const part = owedAfter(state, delivered, T, LONG_OPEN, 3);
      if (part.length === 0) break;
      inParts.push(...names(part));
      delivered = deliveredWith(delivered, part);
    }
    expect(inParts).toEqual(all);
    for (let i = 0; i < 1_000; i += 1) hold(state, [firing('a')], T);
    expect(state.posts.firing.length).toBeLessThanOrEqual(2 * state.held.size + 64);
  });

  it('does not mix up labels that only look alike', () => {
    expect(fingerprint({ a: 'b","c":"d' })).not.toBe(fingerprint({ a: 'b', c: 'd' }));
  });

  it('brings any Alertmanager to the last post of every alert, however deliveries and posts interleave', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('post' as const), name: fc.constantFrom('a', 'b', 'c'), version: fc.nat(1_000) }),
      fc.record({ kind: fc.constant('deliver' as const), batch: fc.integer({ min: 1, max: 3 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let state = emptyGate();
        let delivered: Delivered = NOTHING_DELIVERED;
        const posted = new Map<string, unknown>();
        const received = new Map<string, unknown>();
        const deliver = (batch: number): void => {
          const next = owedAfter(state, delivered, T, LONG_OPEN).slice(0, batch);
          for (const h of next) received.set(h.alert.labels.alertname!, h.alert.version);
          delivered = deliveredWith(delivered, next);
        };
        for (const s of steps) {
          if (s.kind === 'deliver') deliver(s.batch);
          else {
            // Every other version is an end.
            const post = s.version % 2 === 0 ? firing(s.name) : { ...resolved(s.name), startsAt: at(-s.version - 2) };
            state = hold(state, [{ ...post, version: s.version }], T);
            if (state.held.get(fingerprint(post.labels))!.alert.version !== s.version) continue; // a repeated end
            posted.set(s.name, s.version);
          }
        }
        deliver(Infinity);
        expect(received).toEqual(posted);
      }),
    );
  });

  describe('on opening', () => {
    const ended = (name: string, agoMs: number): PostedAlert => ({
      labels: { alertname: name },
      startsAt: at(-agoMs - 10_000),
      endsAt: at(-agoMs),
    });
    const opened = { openedAt: T, lifeMs: 60_000, endsWait: AT_ONCE };

    it('tells at once what fires, and a little later what had ended before', () => {
      const state = hold(emptyGate(), [ended('over', 5_000), firing('now')], T);
      expect(names(owedAfter(state, NOTHING_DELIVERED, T, opened))).toEqual(['now']);
      expect(nextDueAt(state, NOTHING_DELIVERED, T, opened)).toBe(T + 3_000);
      const delivered = deliveredWith(NOTHING_DELIVERED, owedAfter(state, NOTHING_DELIVERED, T, opened));
      expect(names(owedAfter(state, delivered, T + 3_000, opened))).toEqual(['over']);
      expect(nextDueAt(state, delivered, T + 3_000, opened)).toBeNull();
    });

    it('tells nothing of the old end of an alert that fires again meanwhile', () => {
      const state = hold(hold(emptyGate(), [ended('a', 5_000)], T), [firing('a')], T + 100);
      const delivered = deliveredWith(NOTHING_DELIVERED, owedAfter(state, NOTHING_DELIVERED, T + 100, opened));
      expect(owedAfter(state, delivered, T + 3_000, opened)).toEqual([]);
    });

    it('tells an end that came after the opening at once', () => {
      const state = hold(emptyGate(), [ended('a', -500)], T + 600);
      expect(names(owedAfter(state, NOTHING_DELIVERED, T + 600, opened))).toEqual(['a']);
    });

    it('does not forget an older end that waits when a newer one comes', () => {
      const state = hold(hold(emptyGate(), [ended('over', 5_000)], T), [ended('fresh', -500)], T + 600);
      expect(owedAfter(state, NOTHING_DELIVERED, T + 600, opened)).toEqual([]);
      expect(names(owedAfter(state, NOTHING_DELIVERED, T + 3_000, opened))).toEqual(['over', 'fresh']);
    });

    it.each([
      ['just before the opening waits', 1, []],
      ['at the opening is sent at once', 0, ['a']],
    ])('an end %s', (_, agoMs, told) => {
      const state = hold(emptyGate(), [ended('a', agoMs)], T);
      expect(names(owedAfter(state, NOTHING_DELIVERED, T, opened))).toEqual(told);
    });

    it('sends an end as long as an Alertmanager may still take the alert for firing', () => {
      const state = hold(emptyGate(), [ended('a', 57_000)], T);
      expect(names(owedAfter(state, NOTHING_DELIVERED, T + 3_000, opened))).toEqual(['a']);
      expect(owedAfter(state, NOTHING_DELIVERED, T + 3_001, opened)).toEqual([]);
    });

    it('never tells an end that every Alertmanager has found by itself', () => {
      const state = hold(emptyGate(), [ended('a', 60_001)], T);
      expect(owedAfter(state, NOTHING_DELIVERED, T + 3_000, opened)).toEqual([]);
      expect(nextDueAt(state, NOTHING_DELIVERED, T, opened)).toBeNull();
    });
  });

  it('tells what fires at once, and an end when its time has come, whatever comes meanwhile', () => {
    const later = { ...LONG_OPEN, endsWait: { ms: 2_000, upTo: 1 } };
    let state = hold(emptyGate(), [resolved('a')], T);
    state = hold(state, [firing('b')], T + 500);
    const delivered = deliveredWith(NOTHING_DELIVERED, owedAfter(state, NOTHING_DELIVERED, T + 500, later));
    expect(newestEnd(state, delivered, T + 500, later)).toBe(1);
    expect(owedAfter(state, delivered, T + 1_999, later)).toEqual([]);
    expect(nextDueAt(state, delivered, T + 1_999, later)).toBe(T + 2_000);
    expect(names(owedAfter(state, delivered, T + 2_000, later))).toEqual(['a']);
    // A later end waits until its place is known, and holds up nothing that was before.
    state = hold(state, [{ ...resolved('b'), startsAt: at(600) }], T + 700);
    expect(names(owedAfter(state, delivered, T + 60_000, later))).toEqual(['a']);
    expect(nextDueAt(state, delivered, T + 2_000, later)).toBeNull();
  });
});
