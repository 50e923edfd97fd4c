import { nextToTest, type KnownSnapshot } from '../../lib/core/snapshots';
import { DEFAULT_POLICY } from '../../lib/core/policy';

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
