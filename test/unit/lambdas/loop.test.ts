import { isUnderWay, type RestoreOutcome } from '../../../lambdas/restore-snapshot/cycle';
import { everyInterval } from '../../../lambdas/shared/loop';
import type { RestoreRecord } from '../../../lib/contract/documents/storage';

/** Time passes only while somebody sleeps. */
async function cyclesOf(says: (cycle: number) => 'nothing left' | void): Promise<number> {
  let now = 0;
  let cycles = 0;
  const sleep = async (ms: number): Promise<void> => void (now += ms);
  const cycle = async (): Promise<'nothing left' | void> => says((cycles += 1));
  await everyInterval(3_000, 30_000, cycle, { elapsed: () => now, sleep });
  return cycles;
}

test('a loop fills its time, or ends when nothing is left to do', async () => {
  expect(await cyclesOf(() => undefined)).toBe(10);
  expect(await cyclesOf(() => 'nothing left')).toBe(1);
  expect(await cyclesOf((cycle) => (cycle < 4 ? undefined : 'nothing left'))).toBe(4);
});

test('a restore is under way while a node asks for a volume that can still come, or its restore runs', () => {
  const outcome = (asks: boolean, state?: RestoreRecord['state']): RestoreOutcome => {
    const record = state === undefined ? null : ({ state } as RestoreRecord);
    return { node: 'n', because: '', asks, record };
  };
  const found = [
    outcome(false),
    outcome(true),
    outcome(false, 'running'),
    outcome(false, 'done'),
    outcome(true, 'given-up'),
  ];
  expect(found.map(isUnderWay)).toEqual([false, true, true, false, false]);
});
