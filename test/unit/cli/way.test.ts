import type { LambdaClient } from '@aws-sdk/client-lambda';
import { gzipSync } from 'node:zlib';
import { awake as awaken } from '../../../lib/cli/cluster/way';
import { callRelay } from '../../../lib/shell/aws/relay';
import { Unreachable } from '../../../lib/cli/exit';

const awake = { Payload: Buffer.from(JSON.stringify({ status: null, body: gzipSync('awake').toString('base64') })) };
const named = (name: string): Error => Object.assign(new Error(`says ${name}`), { name });

/** Answers in this order, the last one for ever; time passes only in sleep. */
function waking(...answers: readonly (Error | object)[]) {
  let clock = 0;
  let calls = 0;
  const said: string[] = [];
  const lambda = {
    send: () => {
      const answer = answers[Math.min(calls, answers.length - 1)]!;
      calls += 1;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  } as unknown as LambdaClient;
  const sleep = async (ms: number): Promise<void> => void (clock += ms);
  const woken = awaken('x-relay', (signal) => callRelay(lambda, 'x-relay', { url: null, maxBytes: 0 }, signal), {
    say: (line) => said.push(line),
    now: () => clock,
    sleep,
  });
  return { woken, said, calls: () => calls };
}

test('an idle function is waited for, and that is said once', async () => {
  const asleep = named('ResourceNotReadyException');
  const { woken, said, calls } = waking(asleep, asleep, asleep, awake);
  await woken;
  expect([said.length, calls()]).toEqual([1, 4]);
});

test.each([
  ['AccessDeniedException', /OperatorPolicyArn/],
  ['ResourceNotFoundException', /deploy this version/],
  ['ExpiredTokenException', /log in/],
])('%s is not tried again, and what to do is said', async (name, fix) => {
  const { woken, said, calls } = waking(named(name));
  const error = await woken.catch((e: unknown) => e);
  expect(error).toBeInstanceOf(Unreachable);
  expect((error as Error).message).toMatch(fix);
  expect([said.length, calls()]).toEqual([0, 1]);
});

test('one that never wakes is given up after two minutes', async () => {
  const { woken, calls } = waking(named('ServiceException'));
  await expect(woken).rejects.toThrow(/--via direct/);
  expect(calls()).toBe(42);
});
