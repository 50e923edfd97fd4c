import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { runRemedy, type RemedyRun } from '../../../lambdas/reconnect-redis/run';

const PAUSED = 'engine is not tried: paused by me since 2027-01-01T00:00:00Z: I restart it by hand';

/** Nobody listens there. */
const REFUSED = { kind: 'tcp', host: '127.0.0.1', port: 1 } as const;

/** A remedy whose target refuses; `pausedAfter`: how many looks find no pause. */
function refused(pausedAfter: number, hookAfterMs?: number) {
  const seen = { looks: 0, hooks: 0, ended: [] as string[] };
  const run: RemedyRun = {
    config: { cluster: 'c', shard: 0, controlBucket: 'b', policy: DEFAULT_POLICY },
    target: { name: 'engine', connect: REFUSED, ...(hookAfterMs !== undefined && { hookAfterMs }) },
    password: null,
    hook: () => {
      seen.hooks += 1;
      return Promise.resolve('restarted it');
    },
    lease: {
      take: () => Promise.resolve(null),
      renew: () => Promise.resolve(true),
      end: (_, because) => Promise.resolve(void seen.ended.push(because)),
    },
    heldBack: () => Promise.resolve((seen.looks += 1) > pausedAfter ? PAUSED : null),
    remainingMs: 300_000,
  };
  return { run, seen };
}

beforeEach(() => void jest.spyOn(process.stdout, 'write').mockReturnValue(true));
afterEach(() => jest.restoreAllMocks());

test('a hook is not called when somebody paused since the call began', async () => {
  const { run, seen } = refused(0, 0);
  expect(await runRemedy(run)).toEqual({ acted: true, reconnected: false, because: PAUSED });
  expect(seen).toEqual({ looks: 1, hooks: 0, ended: [PAUSED] });
});

test('a pause ends what is being tried, and leaves it to the next call', async () => {
  let now = 1_000_000;
  jest.spyOn(Date, 'now').mockImplementation(() => (now += 2_000));
  const { run, seen } = refused(1, 300_000);
  expect(await runRemedy(run)).toEqual({ acted: true, reconnected: false, because: PAUSED });
  expect(seen).toEqual({ looks: 2, hooks: 0, ended: [PAUSED] });
});

test('a hook that does not end is not waited for until Lambda ends the function, and calls it again', async () => {
  const { run, seen } = refused(Infinity, 0);
  const outcome = await runRemedy({
    ...run,
    hook: () => new Promise(() => (seen.hooks += 1)),
    remainingMs: 7_000, // enough for one attempt, and for two seconds of the hook
  });
  expect(outcome.reconnected).toBe(false);
  expect(seen.hooks).toBe(1);
});
