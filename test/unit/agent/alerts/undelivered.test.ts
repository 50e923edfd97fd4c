import { Undelivered } from '../../../../agent/alerts/undelivered';
import type { Lost } from '../../../../lib/core/alerts/undelivered';

test('it is said while it lasts, logged when it begins and ends, and nothing is asked just after the start', async () => {
  const logged: string[] = [];
  const asked: string[] = [];
  let now = 0;
  let answer: () => Promise<Lost[]> = async () => [{ labels: { job: 'prometheus' }, value: 7 }];
  const undelivered = new Undelivered({
    node: 'node-1',
    startedAt: 0,
    ask: (query) => {
      asked.push(query);
      return answer();
    },
    now: () => now,
    log: (_, event) => logged.push(event),
  });
  await undelivered.round();
  expect(asked).toEqual([]);
  now = 3_600_000;
  await undelivered.round();
  await undelivered.round();
  expect(undelivered.problems).toEqual([expect.stringContaining('dropped 7 posts')]);
  answer = async () => Promise.reject(new Error('no answer'));
  await undelivered.round();
  expect(undelivered.problems).toEqual([]);
  expect(logged).toEqual(['notifications-undelivered', 'notifications-delivered']);
});
