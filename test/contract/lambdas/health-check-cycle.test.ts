/**
 * One cycle of health-check over the largest shard that synth accepts, while three of its eight nodes hang: they take
 * connections and say nothing, so each costs the probe its whole time-out. The nodes listen on loopback addresses of
 * their own, S3 is a stub that answers as late as S3 does inside a region.
 */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NO_COUNTS, runCycle } from '../../../lambdas/health-check/cycle';
import { connectControl } from '../../../lambdas/shared/control';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { PORTS } from '../../../lib/contract/ports';
import { anAgentStatus, anAnnouncement, anAssignment } from '../../fixtures/builders';

const NODES = 8;
const HUNG = 3;
const S3_MS = 15;
const addressOf = (i: number): string => `127.79.0.${i + 1}`;
const at = (): string => new Date().toISOString();

const servers: Server[] = [];
function listen(handler: RequestListener, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer(handler).once('error', reject);
    servers.push(server);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

const prometheus: RequestListener = (_, response) =>
  void response.end('{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[0,"0.4"]}]}}');
const agent =
  (node: string): RequestListener =>
  (_, response) =>
    void response.end(
      JSON.stringify({
        ...anAgentStatus(node),
        gate: { ...anAgentStatus(node).gate, open: node === 'node-0' },
        watchdog: { receivedAt: at(), evaluatedAt: at() },
      }),
    );
const hung: RequestListener = () => undefined;

const assignment = anAssignment({ active: 'node-0' });
const s3: RequestListener = (request, response) => {
  request.resume();
  const keys = Array.from({ length: NODES }, (_, i) => `<Contents><Key>nodes/0/node-${i}.json</Key></Contents>`);
  const node = /nodes\/0\/node-(\d+)\.json/.exec(request.url!)?.[1];
  const body = request.url!.includes('list-type=2')
    ? `<ListBucketResult>${keys.join('')}</ListBucketResult>`
    : JSON.stringify(
        node === undefined ? assignment : anAnnouncement(`node-${node}`, { address: addressOf(Number(node)) }),
      );
  setTimeout(() => response.setHeader('ETag', '"1"').end(request.method === 'GET' ? body : undefined), S3_MS);
};

const lines: string[] = [];
let endpoint: string | undefined;
beforeAll(async () => {
  for (let i = 0; i < NODES; i++) {
    const hangs = i >= NODES - HUNG;
    await listen(hangs ? hung : prometheus, PORTS.prometheus, addressOf(i));
    await listen(hangs ? hung : agent(`node-${i}`), PORTS.agent, addressOf(i));
  }
  endpoint = process.env.AWS_ENDPOINT_URL;
  const port = await listen(s3, 0, '127.0.0.1');
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
  });
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => (lines.push(String(line)), true));
});
afterAll(() => {
  jest.restoreAllMocks();
  if (endpoint === undefined) delete process.env.AWS_ENDPOINT_URL;
  else process.env.AWS_ENDPOINT_URL = endpoint;
  for (const server of servers) server.close().closeAllConnections();
});

test('a cycle over 8 nodes of which 3 hang ends before the next one is due', async () => {
  const config = { cluster: 'c', shard: 0, controlBucket: 'control', policy: DEFAULT_POLICY };
  const control = connectControl(config);
  const took: number[] = [];
  let counts = NO_COUNTS;
  for (let cycle = 0; cycle < 5; cycle++) {
    const began = performance.now();
    counts = await runCycle(counts, control, config, 'measured');
    took.push(performance.now() - began);
  }
  control.letGo();
  const isHealthy = [...counts.nodes].map(([node, { healthy }]) => [node, healthy]);
  expect(isHealthy).toEqual(Array.from({ length: NODES }, (_, i) => [`node-${i}`, i < NODES - HUNG]));
  expect(lines.filter((line) => line.includes('cycle-failed'))).toEqual([]);
  const { intervalMs, timeoutMs } = DEFAULT_POLICY.probe;
  // The first cycle learns the addresses before it can probe.
  for (const ms of took.slice(1)) expect(ms).toBeGreaterThanOrEqual(timeoutMs - 50);
  expect(Math.max(...took.slice(1))).toBeLessThan(intervalMs);
});
