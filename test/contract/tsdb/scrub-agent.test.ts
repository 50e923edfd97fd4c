import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScrubStatus } from '../../../lib/contract/documents/agent/part-status';
import { TestCluster, type TestNode } from '../agent/agent-cluster';
import { eventually } from '../agent/agent-tools';
import { startScrubbed, stopScrubbed } from './scrub-cluster';
import { countSamples, ownMetric } from './scrub-lab';

jest.setTimeout(120_000);

const cluster = new TestCluster('127.88.6');
let node: TestNode;
const url = (): string => `http://${node.address}:9090`;
const wal = (): string => join(node.dir, 'data', 'prometheus', 'wal');
const scrubOf = async (): Promise<ScrubStatus> => (await node.status()).scrub!;
const segments = (): string[] => readdirSync(wal()).filter((name) => /^\d+$/.test(name));

beforeAll(async () => {
  await startScrubbed(cluster, 1, { periodMs: 500 });
  [node] = cluster.nodes as [TestNode];
}, 120_000);
afterAll(() => stopScrubbed(cluster));

/** Kills Prometheus and waits until its agent has started it again and it scrapes. */
async function crash(): Promise<void> {
  const pid = node.pidOf('prometheus');
  process.kill(pid, 'SIGKILL');
  await eventually('the restart', async () => {
    const now = (await node.status()).prometheus.pid;
    return now !== null && now !== pid && (await fetch(`${url()}/-/ready`)).ok;
  });
}

test('a healthy node has nothing to tell, and a crash of its Prometheus changes nothing', async () => {
  await eventually('passes', async () => (await scrubOf()).passes > 2);
  await eventually('samples', async () => ((await countSamples(url(), 'up', '1h')) ?? 0) > 10);
  await crash();
  expect(await scrubOf()).toMatchObject({ corruption: [], quarantine: [], error: null });
});

test('corruption is found while Prometheus notices nothing', async () => {
  const file = join(wal(), segments()[0]!);
  const bytes = readFileSync(file);
  bytes[Math.floor(bytes.length * 0.9)]! ^= 0xff;
  writeFileSync(file, bytes);
  const scrub = await eventually('the corruption', async () => {
    const now = await scrubOf();
    return now.corruption.length > 0 && now;
  });
  expect(scrub.corruption).toMatchObject([{ class: 'wal-corrupt', path: 'wal/00000000', ifStarted: 'destroys' }]);
  expect(await (await fetch(`http://${node.address}:9099/metrics`)).text()).toContain(
    'prometheus_ha_agent_scrub_corruption 1',
  );
  expect(await ownMetric(url(), 'prometheus_tsdb_wal_corruptions_total')).toBe(0);
});

test('the next start keeps what Prometheus would have deleted, and the corrupted file', async () => {
  const before = await countSamples(url(), 'up', '1h');
  await crash();
  expect(await ownMetric(url(), 'prometheus_tsdb_wal_corruptions_total')).toBe(0);
  // One record may be gone: what was scraped in one second.
  expect(await countSamples(url(), 'up', '1h')).toBeGreaterThanOrEqual(before! - 10);
  const scrub = await eventually('the next pass', async () => {
    const now = await scrubOf();
    return now.corruption.length === 0 && now;
  });
  expect(scrub.quarantine).toMatchObject([
    { because: expect.arrayContaining([expect.stringContaining('wal/00000000')]) },
  ]);
  const kept = join(node.dir, 'data', 'quarantine', scrub.quarantine[0]!.incident, 'files', 'wal', '00000000');
  expect(readFileSync(kept).length).toBeGreaterThan(0);
});
