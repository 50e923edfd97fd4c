import { nextPointer } from '../../../../lib/core/rendering/config-pointer';
import type { ConfigPointer } from '../../../../lib/contract/documents/config';

const MINUTE = 60_000;
const NOW = 100 * MINUTE;
const named = (name: string): ConfigPointer => ({ version: 1, bucket: 'b', key: name, hash: name.repeat(64) });
const [a, b] = [named('a'), named('b')];
const standing = (pointer: ConfigPointer, at: number, before?: ConfigPointer): ConfigPointer => ({
  ...pointer,
  generation: at,
  ...(before && { replaced: before.hash }),
});

test('the first one is taken, and so is the one of a later event', () => {
  expect(nextPointer(null, { pointer: a, at: NOW }, NOW).next).toEqual(standing(a, NOW));
  expect(nextPointer(standing(a, NOW - MINUTE), { pointer: b, at: NOW }, NOW).next).toEqual(standing(b, NOW, a));
});

test('what was replaced does not come back with an event that was overtaken', () => {
  const { next, because } = nextPointer(standing(b, NOW - MINUTE), { pointer: a, at: NOW - 2 * MINUTE }, NOW);
  expect([next, because]).toEqual([null, expect.stringContaining('has been heard')]);
});

test('what was deployed again does', () => {
  expect(nextPointer(standing(b, NOW - MINUTE), { pointer: a, at: NOW }, NOW).next).toEqual(standing(a, NOW, b));
});

test('nor with a later one that EventBridge sends with the old input just after a deploy', () => {
  const deployed = nextPointer(standing(a, 1), { pointer: b, at: NOW }, NOW).next!;
  expect(deployed).toEqual(standing(b, NOW, a));
  const sent = (minutes: number, pointer = a) =>
    nextPointer(deployed, { pointer, at: NOW + minutes * MINUTE }, NOW + minutes * MINUTE);
  expect(sent(1)).toEqual({ next: null, because: expect.stringContaining('EventBridge may send the old input') });
  // Another deploy does not wait, and going back does not wait for long.
  expect(sent(1, named('c')).next).toEqual(standing(named('c'), NOW + MINUTE, b));
  expect(sent(2).next).toEqual(standing(a, NOW + 2 * MINUTE, b));
});

test('the same one is written once, and nothing is said', () => {
  expect(nextPointer(standing(a, 1), { pointer: a, at: NOW }, NOW)).toEqual({ next: null, because: null });
});

test('an event from the future is not believed: no later one would be heard', () => {
  expect(nextPointer(standing(a, 1), { pointer: b, at: NOW + 2 * MINUTE }, NOW).next).toBeNull();
});

test('a schedule of before, which does not say when, is believed until one has said', () => {
  expect(nextPointer(a, { pointer: b, at: null }, NOW).next).toEqual(b);
  expect(nextPointer(standing(a, 1), { pointer: b, at: null }, NOW).next).toBeNull();
});
