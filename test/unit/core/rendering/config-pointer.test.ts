import { judgedPointer, nextPointer, type ConfigVerdict } from '../../../../lib/core/rendering/config-pointer';
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

describe('what nodes go back to', () => {
  const at = NOW - MINUTE;
  const address = ({ bucket, key, hash }: ConfigPointer) => ({ bucket, key, hash });
  const then = (current: ConfigPointer, pointer: ConfigPointer) =>
    nextPointer(current, { pointer, at: current.generation! + 1 }, NOW).next!;
  const good = { ...standing(a, at), goodAt: at };
  const refused = { by: 'node-2', because: 'it died', at };

  test('is what was known to be good when another one was deployed', () => {
    expect(then(good, b).lastGood).toEqual(address(a));
    expect(then(standing(a, at), b).lastGood).toBeUndefined();
  });

  test('stays through those that never were', () => {
    const [c, d] = [named('c'), named('d')];
    const tried = then(then(good, b), c);
    expect(tried.lastGood).toEqual(address(a));
    expect(then({ ...tried, refused }, d)).toMatchObject({ ...standing(d, at + 3), lastGood: address(a) });
    expect(then({ ...good, refused }, b).lastGood).toBeUndefined();
  });

  test('and is good without a trial when it is deployed again', () => {
    const back = then({ ...then(good, b), refused }, a);
    expect(back).toMatchObject({ ...standing(a, at + 2), goodAt: NOW });
    expect(back.lastGood).toBeUndefined();
  });
});

describe('the verdict of nodes', () => {
  const WELL_MS = MINUTE;
  const stands = standing(b, NOW - 5 * MINUTE);
  const one: ConfigVerdict = { node: 'node-1', alerts: true, hash: b.hash, well: true, refused: null };
  const two: ConfigVerdict = { ...one, node: 'node-2', alerts: false };
  const judge = (verdicts: readonly ConfigVerdict[], current = stands, shard = 0, now = NOW) =>
    judgedPointer(current, shard, verdicts, WELL_MS, now);
  const refusing = { ...two, hash: a.hash, refused: { hash: b.hash, because: 'it died' } };

  test('good is what who alerts is well with, once all shards had their time', () => {
    expect(judge([one, two])).toEqual({ ...stands, goodAt: NOW });
    expect(judge([one, two], stands, 0, NOW - 1)).toBeNull();
    expect(judge([one, two], stands, 1)).toBeNull();
    for (const not of [{ alerts: false }, { hash: a.hash }, { well: false }])
      expect(judge([{ ...one, ...not }])).toBeNull();
    expect(judge([])).toBeNull();
  });

  test('one refusal counts, of any shard, whatever the others say', () => {
    for (const shard of [0, 1])
      expect(judge([one, refusing], stands, shard)).toEqual({
        ...stands,
        refused: { by: 'node-2', because: 'it died', at: NOW },
      });
    expect(judge([one, { ...refusing, refused: { hash: a.hash, because: 'x' } }])?.refused).toBeUndefined();
  });

  test('what is known to be good no node takes away, and a verdict stands', () => {
    expect(judge([refusing], { ...stands, goodAt: NOW })).toBeNull();
    expect(judge([one], { ...stands, refused: { by: 'x', because: 'y', at: 1 } })).toBeNull();
  });
});
