import { every } from '../../../../agent/base/loop';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a round that is asked for comes at once, after one that runs, and not after the end', async () => {
  const ends: (() => void)[] = [];
  const round = (): Promise<void> => new Promise((resolve) => ends.push(resolve));
  const loop = every(1_000, 'test', round, () => {}, { repeat: () => ({ stop: () => {} }) });
  loop.now();
  loop.now();
  expect(ends).toHaveLength(1);
  ends[0]!();
  await settle();
  expect(ends).toHaveLength(2);
  ends[1]!();
  await settle();
  expect(ends).toHaveLength(2);
  loop.now();
  expect(ends).toHaveLength(3);
  loop.now();
  loop.stop();
  ends[2]!();
  await settle();
  expect(ends).toHaveLength(3);
});
