import { gzipSync } from 'node:zlib';
import type { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { relayedGet } from '../../../lib/shell/aws/relay';
import { HttpError } from '../../../lib/shell/async/http-get';
import { Places } from '../../../lib/shell/async/places';

const packed = (text: string): string => gzipSync(text).toString('base64');
const never = new AbortController().signal;

/** A Lambda that answers with what `of` makes of the request. */
const lambdaOf = (of: (request: { url: string }) => object): LambdaClient =>
  ({
    send: async ({ input }: InvokeCommand) => {
      const request = JSON.parse(Buffer.from(input.Payload as Uint8Array).toString()) as { url: string };
      return of({ ...request });
    },
  }) as unknown as LambdaClient;
const payload = (document: unknown): object => ({ Payload: Buffer.from(JSON.stringify(document)) });

test('gives what the program answered', async () => {
  const lambda = lambdaOf(({ url }) => payload({ status: 200, body: packed(`answer of ${url}`) }));
  const get = relayedGet(lambda, 'x-relay');
  expect(await get('http://10.0.0.1:9090/-/ready', never, 100)).toBe('answer of http://10.0.0.1:9090/-/ready');
});

test('another status is the same error as without a relay', async () => {
  const get = relayedGet(
    lambdaOf(() => payload({ status: 503, body: packed('not yet') })),
    'x-relay',
  );
  const error = await get('http://10.0.0.1:9090/-/ready', never, 100).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(HttpError);
  expect(error).toMatchObject({ status: 503, said: 'not yet' });
});

test.each([
  ['no answer', payload({ status: null, body: packed('connect ECONNREFUSED') }), /ECONNREFUSED/],
  [
    'a function that failed',
    { FunctionError: 'Unhandled', ...payload({ errorMessage: 'out of memory' }) },
    /out of memory/,
  ],
  ['something else', payload({ hello: 1 }), /answer of the relay/],
  ['nothing', {}, /answer of the relay/],
  ['no gzip', payload({ status: 200, body: 'AAAA' }), /./],
])('%s is an error', async (_, answer, says) => {
  await expect(
    relayedGet(
      lambdaOf(() => answer),
      'x-relay',
    )('http://10.0.0.1:9090/', never, 1),
  ).rejects.toThrow(says);
});

test('a node that hangs does not take the places of the others', async () => {
  const asked: string[] = [];
  const lambda = {
    send: ({ input }: InvokeCommand) => {
      const { url } = JSON.parse(Buffer.from(input.Payload as Uint8Array).toString()) as { url: string };
      asked.push(url);
      if (url.includes('10.0.0.1')) return new Promise(() => undefined);
      return Promise.resolve(payload({ status: 200, body: packed('well') }));
    },
  } as unknown as LambdaClient;
  const get = relayedGet(lambda, 'x-relay');
  for (let i = 0; i < 10; i += 1) void get(`http://10.0.0.1:9090/${i}`, never, 1);
  expect(await get('http://10.0.0.2:9090/', never, 1)).toBe('well');
  expect(asked.filter((url) => url.includes('10.0.0.1'))).toHaveLength(2);
});

test('places: so many at once, in order, and an error gives its place back', async () => {
  const places = new Places(2, 2);
  let now = 0;
  let most = 0;
  const order: number[] = [];
  const work = (i: number) => async (): Promise<void> => {
    now += 1;
    most = Math.max(most, now);
    order.push(i);
    await new Promise((resolve) => setTimeout(resolve, 1));
    now -= 1;
    if (i % 2 === 0) throw new Error('even');
  };
  const all = await Promise.allSettled(Array.from({ length: 9 }, (_, i) => places.in('one', work(i))));
  expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(5);
  expect([most, order]).toEqual([2, [0, 1, 2, 3, 4, 5, 6, 7, 8]]);
});
