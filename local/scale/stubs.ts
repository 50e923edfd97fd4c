/**
 * Stands in for the cluster of one cycle: so many nodes on loopback addresses of their own, and S3 with its objects.
 * A process of its own, so that what the function uses can be told from what they use. Called with the number of nodes
 * and how many of them are hung; tells its parent S3's port when everything listens.
 */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PORTS } from '../../lib/contract/names';

const [count, hung] = process.argv.slice(2).map(Number) as [number, number];
/** What S3 takes to answer inside a region. */
const S3_MS = 15;

const addressOf = (i: number): string => `127.79.${Math.floor(i / 250)}.${(i % 250) + 1}`;
const at = (): string => new Date().toISOString();

const assignment = {
  version: 1,
  epoch: 1,
  active: 'node-0',
  reason: 'The first one.',
  by: 'operator',
  since: at(),
  at: at(),
  promotions: [],
  paused: null,
  scrapeProfile: 'normal',
};

function listen(handler: RequestListener, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer(handler);
    server.on('error', reject);
    server.listen({ port, host, backlog: 64 }, () => resolve((server.address() as AddressInfo).port));
  });
}

const prometheus: RequestListener = (request, response) => {
  response.end(request.url === '/-/ready' ? 'Ready.\n' : '{"data":{"result":[{"value":[0,"0.4"]}]}}');
};
const agent =
  (node: string): RequestListener =>
  (_, response) => {
    const status = { node, appliedEpoch: 1, gate: { open: node === 'node-0', warm: true }, store: { reachable: true } };
    response.end(JSON.stringify({ ...status, watchdog: { evaluatedAt: at() }, padding: 'x'.repeat(1_500) }));
  };
const s3: RequestListener = (request, response) => {
  request.resume();
  if (request.url!.includes('list-type=2')) {
    // One page; S3 itself needs another one for each thousand.
    const keys = Array.from({ length: count }, (_, i) => `<Contents><Key>nodes/0/node-${i}.json</Key></Contents>`);
    setTimeout(() => response.end(`<ListBucketResult>${keys.join('')}</ListBucketResult>`), S3_MS);
    return;
  }
  const node = /nodes\/0\/node-(\d+)\.json/.exec(request.url!)?.[1];
  const body = node === undefined ? assignment : { version: 1, node: `node-${node}`, address: addressOf(Number(node)) };
  setTimeout(
    () => response.setHeader('ETag', '"1"').end(request.method === 'GET' ? JSON.stringify(body) : undefined),
    S3_MS,
  );
};

async function main(): Promise<void> {
  for (let i = 0; i < count; i++) {
    // A hung node accepts and is silent.
    const silent = i >= count - hung;
    await listen(silent ? () => undefined : prometheus, PORTS.prometheus, addressOf(i));
    await listen(silent ? () => undefined : agent(`node-${i}`), PORTS.agent, addressOf(i));
  }
  process.send!({ port: await listen(s3, 0, '127.0.0.1') });
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
