import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { PORTS } from '../../../lib/contract/ports';
import { isHealthy } from '../../../lib/core/failover/health';
import { probeNode } from '../../../lib/shell/probes/prober';
import { probeTask } from '../../../lib/shell/probes/thanos-prober';
import { PeerAlerts } from '../../../agent/alerts/peer-alerts';

/** What answers on every port that is asked: bytes as they are, whatever they mean. */
let answer: Buffer = Buffer.alloc(0);
let server: Server;
let port: number;

jest.mock('../../../lib/contract/ports', () => ({ PORTS: { prometheus: 0, agent: 0 } }));

beforeAll(async () => {
  server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  Object.assign(PORTS, { prometheus: port, agent: port });
});
afterAll(() => server.close());

const http = (body: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), Buffer.from(body)]);

/** Asks as functions and agents do; fails when anything rejects, or takes the answer for a node that works. */
async function ask(bytes: Buffer): Promise<void> {
  answer = bytes;
  const probe = await probeNode('node-1', '127.0.0.1', 2_000, () => 0);
  expect(isHealthy(probe, DEFAULT_POLICY)).toBe(false);
  const task = await probeTask({ address: '127.0.0.1', port, inService: true }, 2_000);
  expect(task.error).not.toBeNull();
  const gate = { merge: () => 0, isOpen: true, forgetPeerAlerts: () => undefined };
  const prometheus = { startedAt: null, reloadedAt: 0 };
  const peers = (): string[] => ['127.0.0.1'];
  const deps = { gate, peers, prometheus, resendDelayMs: 1_000, timeoutMs: 2_000, log: () => undefined };
  await new PeerAlerts(deps as never).merge();
}

test.each([
  ['{}', '{}'],
  ['null', 'null'],
  ['a list', '[]'],
  ['a page', '<html><body>It works!</body></html>'],
  ['nothing', ''],
  ['half a document', '{"data":{"resu'],
  ['a status without a gate', '{"version":1,"appliedEpoch":1,"store":{"reachable":true}}'],
  ['wrong types', '{"gate":"open","store":1,"data":{"result":[{"value":"x"}]},"alerts":{}}'],
  ['an epoch of 2^53-1', '{"version":1,"appliedEpoch":9007199254740991}'],
])('a node that answers %s counts as one that does not work', (_, body) => ask(http(body)));

test('nor does one that answers 50 MB', () => ask(http(Buffer.alloc(50 * 2 ** 20, 'x'))));

test('whatever JSON it answers, nothing rejects', () =>
  fc.assert(
    fc.asyncProperty(fc.json(), (body) => ask(http(body))),
    { numRuns: 150 },
  ));

test('whatever bytes it answers, nothing rejects', () =>
  fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) => ask(Buffer.from(bytes))),
    { numRuns: 150 },
  ));
