import { decideRestart, type RestartInput } from '../../lib/core/damage-restart';

const NOW = 10_000_000;
const INPUT: RestartInput = {
  damage: ['wal-corrupt wal/1'],
  tried: new Set(),
  standsBy: true,
  paused: false,
  activeServes: true,
  lastAt: null,
};

test('a standby restarts for damage that a start mends', () => {
  expect(decideRestart(INPUT, NOW)).toEqual({ restart: true, because: 'to have mended: wal-corrupt wal/1' });
  expect(decideRestart({ ...INPUT, lastAt: NOW - 600_000 }, NOW).restart).toBe(true);
});

test.each<[string, Partial<RestartInput>, string]>([
  ['nothing to mend', { damage: [] }, 'no damage'],
  ['it was tried and did not help', { tried: new Set(INPUT.damage) }, 'did not mend'],
  ['this node alerts', { standsBy: false }, 'this node alerts'],
  ['an operator paused', { paused: true }, 'paused'],
  ['nobody else is seen to work', { activeServes: false }, 'not seen to work'],
  ['it has just been restarted', { lastAt: NOW - 599_999 }, 'a short while ago'],
])('not when %s', (_, change, because) => {
  expect(decideRestart({ ...INPUT, ...change }, NOW)).toEqual({
    restart: false,
    because: expect.stringContaining(because),
  });
});
