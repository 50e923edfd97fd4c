import { createServer, type Server } from 'node:http';
import { admitShard } from '../../../lambdas/health-check/admit-shard';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { hashmod } from '../../../agent/sharding/hashmod';
import { TestCluster, type TestNode } from './agent-cluster';
import { eventually } from './agent-tools';

jest.setTimeout(240_000);

const NETWORK = '127.88.11';
/** One target of each shard, of two. */
const portOf = (shard: number): number =>
  Array.from({ length: 100 }, (_, i) => 9500 + i).find((port) => hashmod(`${NETWORK}.200:${port}`, 2) === shard)!;
const TARGETS = [0, 1].map((shard) => `${NETWORK}.200:${portOf(shard)}`);

const cluster = new TestCluster(NETWORK);
const servers: Server[] = [];
const value = [1, 1];
let old: TestNode[];
let fresh: TestNode[];

beforeAll(async () => {
  TARGETS.forEach((target, i) => {
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'text/plain');
      response.end(`broken ${value[i]}\n`);
    });
    servers.push(server.listen(Number(target.split(':')[1]), `${NETWORK}.200`));
  });
  await cluster.start(
    (pager) => ({
      version: 1,
      global: { scrapeInterval: '1s', evaluationInterval: '1s' },
      externalLabels: {},
      rules: { 'a.yml': 'groups:\n  - name: a\n    rules:\n      - alert: Broken\n        expr: broken == 1\n' },
      targets: { app: `- targets: ${JSON.stringify(TARGETS)}\n` },
      alertmanager:
        'route: { receiver: pager, group_by: [alertname, instance], group_wait: 1s, group_interval: 8s, repeat_interval: 4h }\n' +
        `receivers: [{ name: pager, webhook_configs: [{ url: '${pager}', send_resolved: true }] }]\n`,
    }),
    2,
    {},
    { shards: 2, overlapMs: 5_000 },
  );
  [old, fresh] = [cluster.nodes.slice(0, 2), cluster.nodes.slice(2)];
});

afterAll(async () => {
  await cluster.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  if (process.env.PROMHA_TEST_VERBOSE) for (const node of cluster.nodes) process.stderr.write(`${node.log()}\n`);
});

const pages = (target: string, status: string): number =>
  cluster.pages
    .flatMap((page) => page.alerts)
    .filter((a) => a.status === status && a.labels.alertname === 'Broken' && a.labels.instance === target).length;

async function scrapedBy(node: TestNode): Promise<string[]> {
  const response = await fetch(`http://${node.address}:9090/api/v1/targets?state=active`);
  const { data } = (await response.json()) as { data: { activeTargets: { labels: Record<string, string> }[] } };
  return data.activeTargets.flatMap(({ labels }) => (labels.job === 'app' ? [labels.instance!] : [])).sort();
}
const both = [...TARGETS].sort();

test('a firing alert goes on while its target moves to a new shard: told once, and its end once', async () => {
  await Promise.all(old.map((node) => cluster.isHealthy(node)));
  await cluster.assign('node-1', 1);
  await eventually('both pages', () => TARGETS.every((target) => pages(target, 'firing') === 1));
  expect(await scrapedBy(old[0]!)).toEqual(both);

  for (const node of fresh) node.start();
  await Promise.all(fresh.map((node) => cluster.isHealthy(node)));
  await cluster.assign('node-1-1', 1, 1);
  expect(await scrapedBy(fresh[0]!)).toEqual([TARGETS[1]]);
  // It fires there too, and is held: the target is not its own yet.
  await eventually('it fires there', async () => (await fresh[0]!.status()).gate.held >= 2);

  const store = cluster.storeOf(1);
  await eventually(
    'it is let in',
    async () => {
      await admitShard(1, store, DEFAULT_POLICY.announceMs, Date.now());
      return (await store.readShardMap())?.shardMap.shards === 2;
    },
    60_000,
  );
  await eventually(
    'each target is scraped by its own shard only',
    async () => {
      const scraped = await Promise.all([...old, ...fresh].map(scrapedBy));
      return JSON.stringify(scraped) === JSON.stringify([0, 0, 1, 1].map((shard) => [TARGETS[shard]]));
    },
    60_000,
  );
  // As long as a firing alert lives without a repeat, and then some.
  await new Promise((resolve) => setTimeout(resolve, 30_000));
  expect(TARGETS.map((target) => [pages(target, 'firing'), pages(target, 'resolved')])).toEqual([
    [1, 0],
    [1, 0],
  ]);
  value.fill(0);
  // The last of four Alertmanagers waits 6.3 s for the others, and the first one is told as much later.
  await eventually('both ends', () => TARGETS.every((target) => pages(target, 'resolved') > 0), 60_000);
  await new Promise((resolve) => setTimeout(resolve, 3_000)); // for one that is notified twice
  expect(TARGETS.map((target) => [pages(target, 'firing'), pages(target, 'resolved')])).toEqual([
    [1, 1],
    [1, 1],
  ]);
});

test("each shard's dead man's switch comes back to it, whichever Alertmanager tells it", async () => {
  const now = Date.now();
  const hears = (node: TestNode): Promise<boolean> =>
    eventually(
      `${node.name} hears of its own`,
      async () => Date.parse((await node.status()).watchdog!.evaluatedAt ?? '') > now,
      40_000,
    );
  expect(await Promise.all([old[0]!, fresh[0]!].map(hears))).toEqual([true, true]);
});
