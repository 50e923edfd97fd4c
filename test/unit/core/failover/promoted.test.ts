import { pauseOf } from '../../../../lib/core/failover/pause';
import { promoted } from '../../../../lib/core/failover/promoted';
import { ago, assignment, NOW } from './situation';

describe('the next document', () => {
  const change = { active: 'b', reason: 'r', by: 'agent' as const, appliedEpoch: 0 };
  test('a move raises the epoch, is remembered and keeps profile and pause', () => {
    const before = assignment({ promotions: [ago(700_000), ago(1_000)], scrapeProfile: 'reduced' });
    expect(promoted(before, change, NOW, 600_000)).toMatchObject({
      epoch: 8,
      since: ago(0),
      promotions: [ago(1_000), ago(0)],
      scrapeProfile: 'reduced',
    });
  });
  test('the first one is no move and starts with nothing', () => {
    expect(promoted(null, change, NOW, 600_000)).toEqual({
      version: 1,
      epoch: 1,
      active: 'b',
      reason: 'r',
      by: 'agent',
      since: ago(0),
      at: ago(0),
      promotions: [],
      paused: null,
      scrapeProfile: 'normal',
    });
  });
  test('moves are remembered for the window', () => {
    const before = assignment({ promotions: [ago(600_000), ago(599_999)] });
    expect(promoted(before, change, NOW, 600_000).promotions).toEqual([ago(599_999), ago(0)]);
  });
  test('nodes report the pause of the assignment that they applied, with the node that it holds', () => {
    const paused = { by: 'kim', since: ago(1), reason: 'work' };
    expect(pauseOf(assignment({ paused }))).toEqual({ active: 'a', paused });
    expect(pauseOf(assignment())).toBeNull();
    expect(pauseOf(null)).toBeNull();
  });
  test('the same node written anew is no move', () => {
    const again = promoted(assignment(), { ...change, active: 'a', appliedEpoch: 20 }, NOW, 600_000);
    expect(again).toMatchObject({ epoch: 21, since: ago(1e6), at: ago(0), promotions: [] });
  });
});
