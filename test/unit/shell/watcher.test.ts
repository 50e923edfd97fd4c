import { DEFAULT_POLICY as policy } from '../../../lib/contract/documents/policy';
import type { WatchedProgram } from '../../../lib/core/failover/silence';
import { Watcher } from '../../../lib/shell/probes/watcher';

const { intervalMs, silentMs } = policy.watch;
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function watching() {
  let now = 0;
  const asked: { readonly question: WatchedProgram; readonly address: string; answer(): void; refuse(): void }[] = [];
  const watcher = new Watcher(
    (_node, address, question) =>
      new Promise<void>((resolve, reject) =>
        asked.push({ question, address, answer: resolve, refuse: () => reject(new Error('ECONNREFUSED')) }),
      ),
    policy,
    { elapsed: () => now },
  );
  return {
    watcher,
    asked,
    look: (times: number, node: string | null = 'a', address = '10.0.0.1') => {
      for (let i = 0; i < times; i += 1) {
        watcher.look(node, address);
        now += intervalMs;
      }
    },
  };
}

test('it asks without waiting for answers, and knows for how long none came', async () => {
  const { watcher, asked, look } = watching();
  look(7);
  expect(asked).toHaveLength(14);
  expect(watcher.seen).toEqual({ node: 'a', forMs: silentMs });
  for (const { answer } of asked.slice(-2)) answer();
  await settle();
  expect(watcher.seen).toEqual({ node: 'a', forMs: 0 });
});

test('what is refused is not answered', async () => {
  const { watcher, asked, look } = watching();
  look(7);
  for (const { refuse } of asked) refuse();
  await settle();
  expect(watcher.seen?.forMs).toBe(silentMs);
});

test('a late answer counts from when it was asked for', async () => {
  const { watcher, asked, look } = watching();
  look(7);
  for (const { answer } of asked.slice(4, 6)) answer();
  await settle();
  expect(watcher.seen?.forMs).toBe(4 * intervalMs);
  look(1);
  expect(watcher.seen?.forMs).toBe(5 * intervalMs);
});

test('another node, or the same elsewhere, is watched from the beginning, and an answer of before says nothing of it', async () => {
  const { watcher, asked, look } = watching();
  look(7);
  look(2, 'b', '10.0.0.2');
  expect(watcher.seen).toEqual({ node: 'b', forMs: intervalMs });
  look(3, 'b', '10.0.0.3');
  for (const { answer } of asked.filter(({ address }) => address !== '10.0.0.3')) answer();
  await settle();
  expect(watcher.seen).toEqual({ node: 'b', forMs: 2 * intervalMs });
  look(1, null);
  expect(watcher.seen).toBeNull();
});
