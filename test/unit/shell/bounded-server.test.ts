import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, type Socket } from 'node:net';
import type { Server } from 'node:http';
import { CONNECTIONS, serveBounded } from '../../../lib/shell/async/bounded-server';

const open: Socket[] = [];
let server: Server;

async function serve(patience?: { headersMs: number; requestMs: number; idleMs: number }): Promise<void> {
  server = await serveBounded(
    '0.0.0.0',
    0,
    (request, response) => {
      request.on('data', () => {});
      request.on('end', () => response.end('well'));
    },
    patience,
  );
}
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A connection from that loopback address, and what came by it until it was closed. */
function from(localAddress: string): { readonly socket: Socket; readonly said: Promise<string> } {
  const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, localAddress });
  open.push(socket);
  let text = '';
  const said = new Promise<string>((resolve) => {
    socket.on('data', (part) => void (text += part.toString()));
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
  return { socket, said };
}

async function answerTo(request: string, address = '127.0.0.1'): Promise<string> {
  const { socket, said } = from(address);
  socket.write(request);
  return said;
}
const ASK = 'GET / HTTP/1.0\r\n\r\n';

test('who takes more than its share is closed out, and others are answered; when it has gone, so is it', async () => {
  await serve();
  const many = Array.from({ length: CONNECTIONS.perAddress + 20 }, () => from('127.0.0.1'));
  await Promise.all(many.map(({ socket }) => once(socket, 'connect')));
  const closed = await Promise.all(many.slice(CONNECTIONS.perAddress).map(({ said }) => said));
  expect(closed.every((said) => said === '')).toBe(true);
  expect(await answerTo(ASK, '127.0.0.2')).toContain('well');
  expect(await answerTo(ASK)).toBe('');
  for (const { socket } of many) socket.destroy();
  await Promise.all(many.map(({ said }) => said));
  let again = '';
  for (let tries = 0; again === '' && tries < 50; tries += 1) again = await answerTo(ASK);
  expect(again).toContain('well');
});

test('a request that comes byte by byte, or not at all, is given up', async () => {
  await serve({ headersMs: 500, requestMs: 1_000, idleMs: 1_500 });
  const head = from('127.0.0.1');
  head.socket.write('GET / HTTP/1.1\r\nX: ');
  const dripping = setInterval(() => head.socket.write('x'), 100);
  const body = from('127.0.0.1');
  body.socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx');
  const nothing = from('127.0.0.1');
  const said = await Promise.all([head.said, body.said, nothing.said]);
  clearInterval(dripping);
  expect(said.slice(0, 2)).toEqual([expect.stringContaining('408'), expect.stringContaining('408')]);
  expect(said.join('')).not.toContain('well');
});

test.each([
  ['no HTTP', '\x16\x03\x01\x02\x00\r\n\r\n', '400'],
  ['a header without end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
  ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx', '400'],
  [
    'a length and chunks',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx',
    '400',
  ],
  ['a chunk that is no number', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', '400'],
])('%s is refused, and the next one is answered', async (_, request, status) => {
  await serve();
  expect(await answerTo(request)).toMatch(new RegExp(`^HTTP/1\\.1 ${status}`));
  expect(await answerTo(ASK)).toContain('well');
});
