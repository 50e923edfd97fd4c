import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetchBounded } from '../../../../agent/base/fetch-bounded';

let server: Server;
let asked: string[];
let url: string;
let bytesSent: number;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url!);
    if (request.url === '/moved') response.writeHead(307, { Location: '/secret' }).end();
    else if (request.url === '/endless') {
      response.writeHead(200);
      const more = (): void => {
        while (response.writable && response.write(Buffer.alloc(65_536))) bytesSent += 65_536;
      };
      response.on('drain', more);
      more();
    } else response.writeHead(400).end(`no: ${'x'.repeat(500)}`);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => ([asked, bytesSent] = [[], 0]));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('a redirection is not followed, whatever is posted', async () => {
  await expect(fetchBounded(`${url}/moved`, { method: 'POST', body: 'alerts' }, 100)).rejects.toThrow();
  expect(asked).toEqual(['/moved']);
});

test('an answer without end is broken off', async () => {
  await expect(fetchBounded(`${url}/endless`, {}, 1_000_000)).rejects.toThrow('is longer than 1000000 bytes');
  expect(bytesSent).toBeLessThan(50_000_000);
});

test('what was said is there, and its beginning for people', async () => {
  const { ok, status, bytes, said } = await fetchBounded(url, {}, 1_000);
  expect([ok, status, bytes.length, said.length]).toEqual([false, 400, 504, 200]);
});
