import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { askedAgain } from '../../../lib/shell/async/asked-again';
import { httpGet } from '../../../lib/shell/async/http-get';

const EVERY_MS = 10;
const never = new AbortController().signal;

test('asks again until one question is answered, and ends the others', async () => {
  const signals: AbortSignal[] = [];
  const answer = askedAgain(EVERY_MS, never, (signal) => {
    signals.push(signal);
    return signals.length === 3 ? Promise.resolve('yes') : new Promise<string>(() => {});
  });
  expect(await answer).toBe('yes');
  await new Promise((resolve) => setTimeout(resolve, 5 * EVERY_MS));
  expect(signals).toHaveLength(3);
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
});

test('an error is an answer', async () => {
  const refused = askedAgain(EVERY_MS, never, () => Promise.reject(new Error('ECONNREFUSED')));
  await expect(refused).rejects.toThrow('ECONNREFUSED');
});

test.each([
  ['before', AbortSignal.abort(new Error('late'))],
  ['later', AbortSignal.timeout(3 * EVERY_MS)],
])('ends when its time is over, %s', async (_, signal) => {
  const ask = (until: AbortSignal): Promise<never> =>
    new Promise((__, reject) => {
      if (until.aborted) reject(until.reason as Error);
      until.addEventListener('abort', () => reject(until.reason as Error));
    });
  await expect(askedAgain(EVERY_MS, signal, ask)).rejects.toBe(signal.reason);
});

test('a GET whose connection is taken and never answered is made once more, on another one', async () => {
  let connections = 0;
  const server = createServer((_, response) => {
    connections += 1;
    if (connections > 1) response.end('yes');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await httpGet(url, AbortSignal.timeout(5_000), undefined, 20)).toBe('yes');
  server.closeAllConnections();
  server.close();
});
