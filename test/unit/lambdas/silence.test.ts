import { gunzipSync } from 'node:zlib';
import { handler } from '../../../lambdas/silence/handler';
import { whyNotSilenced } from '../../../lambdas/silence/may-ask';

const ALL = 'http://10.0.1.4:9193/api/v2/silences';
const ONE = 'http://10.0.1.4:9193/api/v2/silence/7f2a';

test.each([
  ['GET', ALL],
  ['POST', ALL],
  ['DELETE', ONE],
] as const)('%s %s is asked', (method, url) => expect(whyNotSilenced(url, method)).toBeNull());

test.each([
  ['DELETE', ALL, /paths/],
  ['POST', ONE, /paths/],
  ['POST', 'http://10.0.1.4:9193/api/v2/alerts', /paths/],
  ['DELETE', 'http://10.0.1.4:9193/api/v2/silence/../alerts', /paths/],
  ['POST', 'http://10.0.1.4:9193/-/reload', /paths/],
  ['POST', 'http://10.0.1.4:9090/api/v2/silences', /ports/],
  ['POST', 'http://127.0.0.1:9193/api/v2/silences', /address/],
  ['GET', 'http://169.254.169.254:9193/api/v2/silences', /address/],
] as const)('%s %s is not', (method, url, why) => expect(whyNotSilenced(url, method)).toMatch(why));

const request = { url: null, method: 'GET', body: null, by: 'me@here' };

test('what it does not ask is answered with why, and is no error of the function', async () => {
  const { status, body } = await handler({ ...request, url: 'http://10.0.1.4:6379/' });
  expect([status, gunzipSync(Buffer.from(body, 'base64')).toString()]).toEqual([
    null,
    expect.stringContaining('not one of the ports 9193'),
  ]);
});

test('asked nothing, it says that it is awake', async () => {
  for (const event of [request, { source: 'wake' }])
    expect(gunzipSync(Buffer.from((await handler(event)).body, 'base64')).toString()).toBe('awake');
});

test.each([[{}], [null], [{ ...request, method: 'PUT' }], [{ ...request, by: 1 }]])(
  '%j is no request',
  async (event) => {
    await expect(handler(event)).rejects.toThrow(/request for silences/);
  },
);
