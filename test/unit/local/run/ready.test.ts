import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitForQueries } from '../../../../local/run/ready';

let answers = 0;
/** Answers its first questions as a load balancer without a healthy target does. */
const server: Server = createServer((_, response) => {
  answers += 1;
  response.writeHead(answers > 2 ? 200 : 503).end('{"status":"success"}');
});
let url: string;
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const { signal } = new AbortController();

test('it waits until the way that queries fall back to answers', async () => {
  answers = 0;
  expect(await waitForQueries({ urls: { 'nodes directly': url } }, 20_000, signal)).toEqual([]);
  expect(answers).toBe(3);
});

test('and no longer than said: then it names who is silent, and why', async () => {
  answers = 2;
  const urls = { 'load balancer': url, 'nodes directly': 'http://127.0.0.1:1' };
  expect(await waitForQueries({ urls }, 0, signal)).toEqual([expect.stringMatching(/^nodes directly: .*ECONNREFUSED/)]);
});

test('a stop ends the wait', async () => {
  const waits = waitForQueries({ urls: { 'nodes directly': 'http://127.0.0.1:1' } }, 20_000, AbortSignal.abort());
  await expect(waits).rejects.toThrow();
});
