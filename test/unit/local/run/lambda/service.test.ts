import type { DeployedFunction, Invocation } from '../../../../../local/run/functions/function';
import { deliver, invocationRecord } from '../../../../../local/run/lambda/destination';
import { LambdaService, type LambdaLine, type LambdaOptions } from '../../../../../local/run/lambda/service';
import { TEETH } from '../../../../../local/run/teeth';

beforeEach(() => jest.useFakeTimers({ now: 0 }));
afterEach(() => jest.useRealTimers());

const deployed = (more: Partial<DeployedFunction> = {}): DeployedFunction => ({
  name: 'f',
  arn: 'arn:aws:lambda:eu-west-1:1:function:f',
  entry: '',
  environment: {},
  timeoutMs: 1,
  asynchronous: { maxAgeMs: 60_000, retries: 0 },
  ...more,
});

/** Runs until the test lets it end. */
function lab(tooth: LambdaOptions['tooth'], more: Partial<DeployedFunction> = {}) {
  const lines: LambdaLine[] = [];
  const counted: string[] = [];
  const discarded: string[] = [];
  const running: ((result: Invocation) => void)[] = [];
  const received: unknown[] = [];
  const service = new LambdaService({
    tooth,
    reserved: () => new Map(),
    onLine: (line) => lines.push(line),
    count: (name, metric) => counted.push(`${name} ${metric}`),
    onDiscard: (_, discard) => discarded.push(`${discard.because} after ${discard.attempts}`),
  });
  const f = {
    deployed: deployed(more),
    invoke: (payload: unknown) => {
      received.push(payload);
      return new Promise<Invocation>((resolve) => running.push(resolve));
    },
  };
  const end = async (result: Invocation = { ok: true }): Promise<void> => {
    running.shift()!(result);
    await jest.advanceTimersByTimeAsync(0);
  };
  return { service, f, lines, counted, discarded, received, end };
}

const TWO = { ...TEETH.lambda, concurrency: 2 };

test('who waits is refused while the concurrency is used up, and served when an execution has ended', async () => {
  const { service, f, counted, lines, end } = lab(TWO);
  void service.call(f, 1);
  void service.call(f, 2);
  expect(await service.call(f, 3)).toMatchObject({ refused: 'throttled', error: 'ConcurrentInvocationLimitExceeded' });
  expect(counted).toEqual(['f Throttles']);
  await end();
  const fourth = service.call(f, 4);
  await end();
  await end({ ok: true, value: 'four' });
  expect(await fourth).toEqual({ ok: true, value: 'four' });
  expect(Math.max(...lines.map(({ running }) => running))).toBe(2);
});

test('an event that is throttled runs later; one that has become too old does not, and that is counted', async () => {
  const { service, f, counted, discarded, received, end } = lab(TWO);
  for (const event of ['a', 'b', 'late']) service.queue(f, event);
  await jest.advanceTimersByTimeAsync(2_000);
  await end();
  await jest.advanceTimersByTimeAsync(1_000);
  expect(received).toEqual(['a', 'b', 'late']);
  service.queue(f, 'too late');
  await jest.advanceTimersByTimeAsync(64_000);
  await end();
  await jest.advanceTimersByTimeAsync(600_000);
  expect(received).toHaveLength(3);
  expect(discarded).toEqual(['EventAgeExceeded after 0']);
  expect(counted.filter((line) => line === 'f AsyncEventsDropped')).toHaveLength(1);
});

test('a function that fails is tried as often as was deployed', async () => {
  const { service, f, discarded, received, end } = lab(TWO, { asynchronous: { maxAgeMs: 300_000, retries: 2 } });
  service.queue(f, 'x');
  await end({ ok: false, error: 'no' });
  await jest.advanceTimersByTimeAsync(60_000);
  await end({ ok: false, error: 'no' });
  await jest.advanceTimersByTimeAsync(120_000);
  await end({ ok: false, error: 'no' });
  await jest.advanceTimersByTimeAsync(600_000);
  expect([received.length, discarded]).toEqual([3, ['RetriesExhausted after 3']]);
});

test('what Lambda could not run is not an attempt', async () => {
  const { service, f, discarded, received, end } = lab(TWO);
  service.queue(f, 'x');
  await end({ ok: false, refused: 'unavailable', error: 'halted' });
  await jest.advanceTimersByTimeAsync(1_000);
  await end();
  expect([received.length, discarded]).toEqual([2, []]);
});

test('the first call after a long silence fails, and an event waits until the function is awake', async () => {
  const { service, f, lines, received, end } = lab(TWO, {
    securityGroups: ['sg-1'],
    asynchronous: { maxAgeMs: 300_000, retries: 2 },
  });
  jest.setSystemTime(TEETH.lambda.idleMs);
  expect(await service.call(f, 'who waits')).toMatchObject({ ok: false, refused: 'inactive' });
  service.queue(f, 'event');
  await jest.advanceTimersByTimeAsync(TEETH.lambda.wakeMs - 1);
  expect(received).toEqual([]);
  await jest.advanceTimersByTimeAsync(4_000);
  expect(received).toEqual(['event']);
  expect(lines.filter(({ what }) => what === 'inactive').length).toBeGreaterThan(2);
  await end();
});

test('left out, everything runs at once, and nothing twice', async () => {
  const { service, f, received, end } = lab(null, { securityGroups: ['sg-1'] });
  jest.setSystemTime(TEETH.lambda.idleMs);
  for (let i = 0; i < 20; i += 1) service.queue(f, i);
  expect(received).toHaveLength(20);
  await end({ ok: false, error: 'no' });
  await jest.advanceTimersByTimeAsync(600_000);
  expect(received).toHaveLength(20);
});

test('after the end nothing that waits is run', async () => {
  const { service, f, received, end } = lab(TWO, { asynchronous: { maxAgeMs: 300_000, retries: 2 } });
  service.queue(f, 'x');
  await end({ ok: false, error: 'no' });
  service.stop();
  await jest.advanceTimersByTimeAsync(600_000);
  expect(received).toHaveLength(1);
});

describe('an on-failure destination', () => {
  const discard = {
    because: 'RetriesExhausted',
    requestId: 'r',
    functionArn: 'arn:aws:lambda:eu-west-1:1:function:f',
    payload: { x: 1 },
    attempts: 3,
    last: { ok: false, error: 'no' },
  } as const;
  const TOPIC = 'arn:aws:sns:eu-west-1:1:lost';
  const withDestination = deployed({
    asynchronous: { maxAgeMs: 60_000, retries: 0, onFailure: TOPIC },
    credentials: { AWS_ACCESS_KEY_ID: 'role' },
  });

  test("gets Lambda's record", () => {
    expect(invocationRecord(discard, 0)).toEqual({
      version: '1.0',
      timestamp: '1970-01-01T00:00:00.000Z',
      requestContext: {
        requestId: 'r',
        functionArn: 'arn:aws:lambda:eu-west-1:1:function:f:$LATEST',
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      requestPayload: { x: 1 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorMessage: 'no' },
    });
  });

  test("only if the function's role may send there", async () => {
    const asked: unknown[] = [];
    const sent: string[] = [];
    const judge = (may: boolean) =>
      deliver(
        withDestination,
        discard,
        async (...question) => {
          asked.push(question);
          return may;
        },
        (arn) => void sent.push(arn),
      );
    expect([await judge(false), await judge(true)]).toEqual([false, true]);
    expect(asked[0]).toEqual([{ key: 'role' }, 'sns:Publish', TOPIC]);
    expect(sent).toEqual([TOPIC]);
    expect(
      await deliver(
        deployed(),
        discard,
        async () => true,
        () => undefined,
      ),
    ).toBeNull();
  });
});
