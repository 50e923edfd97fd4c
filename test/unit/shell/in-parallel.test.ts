import { inParallel } from '../../../lib/shell/async/in-parallel';

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('results come in the order of the items, whoever ends first', async () => {
  const work = async (n: number): Promise<number> => (await later(n), n * 10);
  expect(await inParallel({ most: 9, fresh: 9, patienceMs: 50 }, [20, 1, 10], work)).toEqual([200, 10, 100]);
  expect(await inParallel({ most: 9, fresh: 9, patienceMs: 50 }, [], work)).toEqual([]);
});

test('no more are under way than may be, and no more that have just begun', async () => {
  let running = 0;
  let most = 0;
  const slow = async (): Promise<void> => {
    most = Math.max(most, (running += 1));
    await later(30);
    running -= 1;
  };
  const items = Array.from({ length: 20 }, (_, i) => i);
  await inParallel({ most: 6, fresh: 2, patienceMs: 5 }, items, slow);
  expect(most).toBe(6);
  most = 0;
  await inParallel({ most: 6, fresh: 2, patienceMs: 10_000 }, items, slow);
  expect(most).toBe(2);
});

test('those that never answer hold up the rest for their patience only', async () => {
  let finished = 0;
  const hung = new Promise<void>(() => undefined);
  void inParallel({ most: 100, fresh: 2, patienceMs: 5 }, [0, 1, 2, 3, 4, 5, 6, 7], async (i) => {
    if (i < 4) await hung;
    finished += 1;
  });
  await later(500);
  expect(finished).toBe(4);
});

test('a failure is told', async () => {
  const fails = (): Promise<never> => Promise.reject(new Error('no'));
  await expect(inParallel({ most: 1, fresh: 1, patienceMs: 5 }, [1, 2], fails)).rejects.toThrow('no');
});
