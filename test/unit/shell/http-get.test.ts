import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { httpGet } from '../../../lib/shell/async/http-get';
import { reasonOf } from '../../../lib/shell/probes/prober';

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

async function listen(server: Server): Promise<string> {
  servers.push(server);
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const serve = (handler: RequestListener): Promise<string> => listen(createHttp(handler));
/** Says this to whoever connects, byte for byte, and closes. */
const say = (text: string): Promise<string> =>
  listen(
    createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(text));
    }),
  );
const get = (url: string, ms = 2_000): Promise<string> => httpGet(url, AbortSignal.timeout(ms));

test('the whole answer, however it is written', async () => {
  const url = await serve((request, response) => {
    expect(request.headers.host).toBe(url.slice('http://'.length));
    // Without a length: to HTTP/1.1 this would be in chunks.
    response.write(`${request.url} `);
    response.write('é'.repeat(100_000));
    response.end();
  });
  expect(await get(`${url}/api?query=up%7Bjob%3D%22a%22%7D`)).toBe(
    `/api?query=up%7Bjob%3D%22a%22%7D ${'é'.repeat(100_000)}`,
  );
});

test('any other status than 2xx is an error that names it', async () => {
  const url = await serve((_, response) => response.writeHead(503).end('Service Unavailable'));
  await expect(get(url)).rejects.toThrow('HTTP 503');
});

test.each([
  ['nothing', '', /before an answer/],
  ['half a head', 'HTTP/1.1 200 OK\r\nContent-', /before an answer/],
  ['half a body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', /after 4 of 100 bytes/],
  ['something else', 'SSH-2.0-OpenSSH\r\n\r\n', /before an answer/],
])('%s is no answer', async (_, text, expected) => {
  await expect(get(await say(text))).rejects.toThrow(expected);
});

test('who accepts and is silent is given up in time, and told so', async () => {
  const url = await listen(createServer(() => {}));
  const error = await get(url, 100).catch((e: Error) => e);
  expect(reasonOf(error)).toBe('no answer in time');
  await expect(httpGet(url, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
});

test('nobody there is told by its code', async () => {
  const server = createServer();
  const url = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  expect(reasonOf(await get(url).catch((e: Error) => e))).toBe('ECONNREFUSED');
});
