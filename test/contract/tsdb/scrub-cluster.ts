import type { Policy } from '../../../lib/contract/documents/policy';
import type { TestCluster, TestNode } from '../agent/agent-cluster';
import { eventually } from '../agent/agent-tools';

/** Nodes that scrape nothing but themselves and page nobody: what counts is their TSDB. */
export async function startScrubbed(
  cluster: TestCluster,
  count: number,
  scrub: Partial<Policy['scrub']>,
): Promise<void> {
  const alertmanager = 'route: { receiver: none }\nreceivers: [{ name: none }]\n';
  const global = { scrapeInterval: '1s', evaluationInterval: '1s' };
  const bundle = { version: 1, global, externalLabels: {}, rules: {}, targets: {}, alertmanager } as const;
  await cluster.start(() => bundle, count, scrub);
  await Promise.all(cluster.nodes.map((node) => cluster.isHealthy(node)));
}

/** Two of them, the first of which alerts. */
export async function startScrubbedPair(cluster: TestCluster): Promise<[active: TestNode, standby: TestNode]> {
  await startScrubbed(cluster, 2, { periodMs: 1_000 });
  const [active, standby] = cluster.nodes as [TestNode, TestNode];
  await cluster.assign('node-1', 1);
  await eventually('a gate opens', async () => (await active.status()).gate.open);
  return [active, standby];
}

/** For whoever asks for it, what the agents said. */
export async function stopScrubbed(cluster: TestCluster): Promise<void> {
  await cluster.stop();
  if (process.env.PROMHA_TEST_VERBOSE) for (const node of cluster.nodes) process.stderr.write(`${node.log()}\n`);
}
