import { gunzipSync } from 'node:zlib';
import { handler } from '../../../lambdas/relay/handler';
import { whyNotAsked } from '../../../lambdas/relay/may-ask';

test.each([
  'http://10.0.1.4:9090/-/ready',
  'http://172.31.0.9:9090/api/v1/query?query=up',
  'http://192.168.7.7:9099/v1/status',
  'http://100.64.0.1:10902/api/v1/stores',
])('%s is asked', (url) => expect(whyNotAsked(url)).toBeNull());

test.each([
  ['http://127.0.0.1:9001/2018-06-01/runtime/invocation/next', /address/],
  ['http://169.254.169.254:9090/api/v1/x', /address/],
  ['http://0x7f.1:9090/api/v1/query', /address/],
  ['http://167772161.example.org:9090/api/v1/query', /address/],
  ['http://[::1]:9090/api/v1/query', /address/],
  ['http://10.0.1.4:9090@169.254.169.254:9090/api/v1/query', /plain/],
  ['https://10.0.1.4:9090/api/v1/query', /plain/],
  ['http://10.0.1.4/api/v1/query', /ports/],
  ['http://10.0.1.4:6379/', /ports/],
  ['http://10.0.1.4:9090/metrics', /paths/],
  ['http://10.0.1.4:9090/api/v1/../../debug/pprof/heap', /paths/],
  ['http://10.0.1.4:9099/v1/statuses', /paths/],
  ['no URL', /plain/],
])('%s is not', (url, why) => expect(whyNotAsked(url)).toMatch(why));

const textOf = async (event: unknown): Promise<readonly [number | null, string]> => {
  const { status, body } = await handler(event);
  return [status, gunzipSync(Buffer.from(body, 'base64')).toString('utf8')];
};

test('asked nothing, it says that it is awake', async () => {
  expect(await textOf({ url: null, maxBytes: 0 })).toEqual([null, 'awake']);
});

test('what it does not ask is answered with why, and is no error of the function', async () => {
  const [status, why] = await textOf({ url: 'http://127.0.0.1:9001/', maxBytes: 1 });
  expect([status, why]).toEqual([null, expect.stringContaining('not an address inside a VPC')]);
});

test.each([[{}], [null], ['text'], [{ url: 1, maxBytes: 1 }], [{ url: 'http://10.0.0.1:9090/-/ready', maxBytes: -1 }]])(
  '%j is no request',
  async (event) => {
    await expect(handler(event)).rejects.toThrow(/request to the relay/);
  },
);
