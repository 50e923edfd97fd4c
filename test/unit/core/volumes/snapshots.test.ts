import fc from 'fast-check';
import {
  restoreCandidates,
  goodAge,
  hasYoungGood,
  isDue,
  nextToTest,
  toPrune,
  type KnownSnapshot,
} from '../../../../lib/core/volumes/snapshots';
import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';

const MINUTE = 60_000;
const policy = { ...DEFAULT_POLICY.snapshots, everyMs: MINUTE, testEveryMs: MINUTE };
const of = (node: string, minute: number, verdict: KnownSnapshot['verdict'] = null): KnownSnapshot => ({
  id: `snap-${node}-${minute}`,
  node,
  volumeId: `vol-${node}`,
  generation: 1,
  takenAt: minute * MINUTE,
  completed: true,
  verdict,
});
const next = (...snapshots: KnownSnapshot[]): string | undefined => nextToTest(['a', 'b'], snapshots, policy)?.id;

describe('which snapshot is tested next', () => {
  it('is that of a node of which none was ever tested, though its snapshots are younger', () => {
    expect(next(of('a', 10, 'good'), of('a', 12), of('b', 13))).toBe('snap-b-13');
  });

  it('is that of the node that was tested longest ago', () => {
    expect(next(of('a', 20, 'good'), of('b', 15, 'bad'), of('a', 22), of('b', 23))).toBe('snap-b-23');
    expect(next(of('a', 12, 'good'), of('b', 15, 'good'), of('a', 22), of('b', 21))).toBe('snap-a-22');
  });

  it('is none when the newest of each was tested, or is not complete', () => {
    expect(next(of('a', 10, 'good'), of('b', 10, 'good'), { ...of('b', 12), completed: false })).toBeUndefined();
  });

  it('is the next one at once after a bad one: until one is good there may be nothing to restore from', () => {
    const rarely = { ...policy, testEveryMs: 30 * MINUTE };
    const after = (verdict: 'good' | 'bad'): string | undefined =>
      nextToTest(['a'], [of('a', 10, verdict), of('a', 20)], rarely)?.id;
    expect([after('bad'), after('good')]).toEqual(['snap-a-20', undefined]);
    const later = (minute: number) => nextToTest(['a'], [of('a', 10, 'good'), of('a', minute)], rarely)?.id;
    expect([later(39), later(39.5)]).toEqual([undefined, 'snap-a-39.5']);
  });

  it('is none of a node that has none, or whose newest was tested while an older one was not', () => {
    expect(next()).toBeUndefined();
    expect(next(of('a', 10), of('a', 12, 'bad'))).toBeUndefined();
  });

  it('is the oldest of those whose nodes were never tested', () => {
    expect(next(of('a', 12), of('b', 11))).toBe('snap-b-11');
    expect(next(of('a', 11), of('b', 12))).toBe('snap-a-11');
  });

  it('turns alternate while both are due all the time', () => {
    const known = [of('a', 1), of('b', 1)];
    const order: string[] = [];
    for (let minute = 2; minute < 8; minute += 1) {
      const chosen = nextToTest(['a', 'b'], known, policy)!;
      known[known.indexOf(chosen)] = { ...chosen, verdict: 'good' };
      order.push(chosen.node);
      known.push(of('a', minute), of('b', minute));
    }
    expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  });
});

describe('which snapshots go', () => {
  const HOUR = 60 * MINUTE;
  const policy = DEFAULT_POLICY.snapshots;
  const verdicts = fc.constantFrom<KnownSnapshot['verdict']>('good', 'bad', null);
  const history = fc
    .uniqueArray(fc.record({ minute: fc.integer({ min: 0, max: 30 * 24 * 60 }), verdict: verdicts }), {
      selector: (s) => s.minute,
      maxLength: 60,
    })
    .map((all) => all.map(({ minute, verdict }) => of('a', minute, verdict)));
  const now = 30 * 24 * HOUR;

  it('never the newest good one, nor the newest of all, nor one of the last hours', () => {
    fc.assert(
      fc.property(history, (all) => {
        const gone = new Set(toPrune(all, policy, now).map((s) => s.id));
        const newest = (some: readonly KnownSnapshot[]): KnownSnapshot[] =>
          [...some].sort((a, b) => b.takenAt - a.takenAt).slice(0, 1);
        const safe = [
          ...newest(all),
          ...newest(all.filter((s) => s.verdict === 'good')),
          ...all.filter((s) => now - s.takenAt <= policy.allMs),
        ];
        expect(safe.filter((s) => gone.has(s.id))).toEqual([]);
      }),
    );
  });

  it('is settled at once: what is left is left, whenever it is asked again', () => {
    fc.assert(
      fc.property(history, (all) => {
        const gone = toPrune(all, policy, now);
        const left = all.filter((s) => !gone.includes(s));
        expect(toPrune(left, policy, now)).toEqual([]);
      }),
    );
  });

  it('leaves one an hour after the first hours, one a day after that, none in the end, and no bad one for an hour', () => {
    const all = [];
    for (let minute = 0; minute < 30 * 24 * 60; minute += 10) all.push(of('a', minute, 'good'));
    const gone = new Set(toPrune(all, policy, now).map((s) => s.id));
    const left = all.filter((s) => !gone.has(s.id)).map((s) => now - s.takenAt);
    expect(left.filter((age) => age <= policy.allMs)).toHaveLength(36);
    expect(left.filter((age) => age > policy.allMs && age <= policy.hourlyMs)).toHaveLength(42);
    expect(left.filter((age) => age > policy.hourlyMs)).toHaveLength(12);
    expect(Math.max(...left)).toBeLessThanOrEqual(policy.dailyMs);
    const [bad, good] = [of('a', 20 * 24 * 60 + 50, 'bad'), of('a', 20 * 24 * 60 + 40, 'good')];
    expect(toPrune([of('a', 30 * 24 * 60 - 1, 'good'), bad, good], policy, now)).toEqual([bad]);
  });

  it('not a good one for the sake of a later one of its hour that was not tested, nor for one that was never completed', () => {
    const at = 30 * 24 * 60 - 20 * 60;
    const [newest, good, untested] = [of('a', 30 * 24 * 60 - 1, 'good'), of('a', at, 'good'), of('a', at + 10)];
    expect(toPrune([newest, good, untested], policy, now)).toEqual([untested]);
    const failed = { ...of('a', at + 20), completed: false };
    expect(toPrune([newest, untested, failed], policy, now)).toEqual([failed]);
  });
});

describe('what a volume is restored from', () => {
  it('is the newest good one from before the corruption, then untested ones; never a bad, tried or unfinished one', () => {
    const all = [
      of('a', 1, 'good'),
      of('a', 2, 'good'),
      of('a', 3),
      of('a', 4, 'bad'),
      { ...of('a', 5), completed: false },
      of('a', 10, 'good'),
    ];
    const ids = (tried: string[]): string[] => restoreCandidates(all, 9 * MINUTE, tried).map((s) => s.id);
    expect(ids([])).toEqual(['snap-a-2', 'snap-a-1', 'snap-a-3']);
    expect(ids(['snap-a-2'])).toEqual(['snap-a-1', 'snap-a-3']);
    expect(restoreCandidates(all, 2 * MINUTE, []).map((s) => s.id)).toEqual(['snap-a-1']);
  });

  it('is as old as the newest good one; there may be none', () => {
    expect(goodAge([of('a', 1, 'good'), of('a', 3, 'good'), of('a', 4)], 5 * MINUTE)).toBe(2 * MINUTE);
    expect(goodAge([of('a', 4), of('a', 5, 'bad')], 6 * MINUTE)).toBeNull();
  });
});

describe('whether a node that loses its volume now loses little', () => {
  const young = (...all: KnownSnapshot[]) => hasYoungGood(all, { ...policy, goodWithinMs: 10 * MINUTE }, 100 * MINUTE);
  it('is so as long as its newest good snapshot is not older than allowed', () => {
    expect(young(of('a', 90, 'good'), of('a', 80, 'good'))).toBe(true);
    expect(young(of('a', 89, 'good'), of('a', 99))).toBe(false);
    expect(young()).toBe(false);
  });
});

describe('whether a snapshot is due', () => {
  it('is so when the newest is as old as the policy says, but for half a minute', () => {
    const policy = { ...DEFAULT_POLICY.snapshots, everyMs: 10 * MINUTE };
    expect(isDue([], policy, 0)).toBe(false);
    expect(isDue([], policy, 1e12)).toBe(true);
    expect(isDue([of('a', 0), of('a', 5)], policy, 14 * MINUTE)).toBe(false);
    expect(isDue([of('a', 0), of('a', 5)], policy, 14.5 * MINUTE)).toBe(true);
  });

  it('comes sooner while a new node has none but bad ones: the first was taken before a sample was stored', () => {
    const rare = { ...policy, everyMs: 10 * MINUTE };
    const due = (now: number, ...snapshots: KnownSnapshot[]): boolean => isDue(snapshots, rare, now * MINUTE);
    expect(due(2.4, of('a', 1, 'bad'))).toBe(false);
    expect(due(2.5, of('a', 1, 'bad'))).toBe(true);
    expect(due(10, of('a', 1, 'bad'), of('a', 3))).toBe(false);
    expect(due(10, of('a', 1, 'good'), of('a', 3, 'bad'))).toBe(false);
    // Not for ever: of a node that is never well there would be hundreds a day.
    expect(due(31, of('a', 1, 'bad'), of('a', 29, 'bad'))).toBe(false);
  });

  it('waits while two are being made, but not for ever', () => {
    const making = (minute: number): KnownSnapshot => ({ ...of('a', minute), completed: false });
    const now = 30 * MINUTE;
    expect(isDue([making(0)], policy, now)).toBe(true);
    expect(isDue([making(0), making(15)], policy, now)).toBe(false);
    expect(isDue([of('a', 0), making(15)], policy, now)).toBe(true);
    const DAY = 1440;
    expect(isDue([making(0), making(15)], policy, (DAY - 0.01) * MINUTE)).toBe(false);
    expect(isDue([making(0), making(15)], policy, DAY * MINUTE)).toBe(true);
  });
});
