import { isBehind, watchStandstill, type Standstill } from '../../../../lib/core/failover/isolation';

const looks = (...times: number[]): Standstill => times.reduce<Standstill | null>(watchStandstill, null)!;

describe('a node that stood still', () => {
  it('is seen by two seconds without a look at the clock, and not by less', () => {
    expect(looks(0, 250, 2_249).wentOnAt).toBeNull();
    expect(looks(0, 250, 2_250).wentOnAt).toBe(2_250);
    expect(looks(0, 250, 30_250, 30_500).wentOnAt).toBe(30_250);
  });

  it('holds back until a read of the bucket that began afterwards, for six seconds at most', () => {
    const still = looks(0, 30_000);
    expect(isBehind(still, 30_000, 30_000)).toBe(true);
    expect(isBehind(still, 30_001, 30_100)).toBe(false);
    expect(isBehind(still, null, 35_999)).toBe(true);
    expect(isBehind(still, null, 36_000)).toBe(false);
  });

  it('that never did holds nothing back', () => {
    expect(isBehind(looks(0, 250), null, 500)).toBe(false);
  });
});
