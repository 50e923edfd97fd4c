import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScrubStatus } from '../../../lib/contract/documents/agent/part-status';
import { TestCluster, type TestNode } from '../agent/agent-cluster';
import { eventually } from '../agent/agent-tools';
import { startScrubbedPair, stopScrubbed } from './scrub-cluster';

jest.setTimeout(120_000);

const cluster = new TestCluster('127.88.7');
let active: TestNode;
let standby: TestNode;
const scrubOf = async (node: TestNode): Promise<ScrubStatus> => (await node.status()).scrub!;

beforeAll(async () => {
  [active, standby] = await startScrubbedPair(cluster);
}, 120_000);
afterAll(() => stopScrubbed(cluster));

/** Of the very first record: it names series. */
function hurt(node: TestNode): void {
  const file = join(node.dir, 'data', 'prometheus', 'wal', '00000000');
  const bytes = readFileSync(file);
  bytes[20]! ^= 0xff;
  writeFileSync(file, bytes, { flag: 'r+' });
}

test('a corrupted standby restarts its Prometheus and is whole again, without anybody', async () => {
  const { pid } = (await standby.status()).prometheus;
  hurt(standby);
  await eventually(
    'the standby is repaired',
    async () => {
      const { prometheus, scrub } = await standby.status();
      return prometheus.pid !== null && prometheus.pid !== pid && scrub!.corruption.length === 0 && scrub!.passes > 0;
    },
    60_000,
  );
  expect((await scrubOf(standby)).quarantine).toHaveLength(1);
  expect(standby.lines.filter((line) => line.event === 'corruption-repair' && line.do === 'restart')).toHaveLength(1);
  await eventually('it works', async () => (await fetch(`http://${standby.address}:9090/-/ready`)).ok);
});

test('a corrupted node that alerts gives that away, and then is repaired', async () => {
  const { pid } = (await active.status()).prometheus;
  // The other one has to know every alert again.
  await cluster.isHealthy(standby);
  hurt(active);
  await eventually('the other one alerts', async () => (await standby.status()).gate.open, 60_000);
  expect((await active.status()).prometheus.pid).toBe(pid);
  expect((await cluster.store.readAssignment())!.assignment).toMatchObject({
    active: 'node-2',
    reason: expect.stringContaining('the agent of node-1 asked for it (to have repaired: wal-corrupt'),
  });
  await eventually(
    'it is repaired',
    async () => {
      const { prometheus, scrub } = await active.status();
      return prometheus.pid !== null && prometheus.pid !== pid && scrub!.corruption.length === 0;
    },
    60_000,
  );
  expect((await standby.status()).gate.open).toBe(true);
});

test('and fetches from the other one what it missed meanwhile', async () => {
  const backfilled = await eventually('it is whole', async () => (await active.status()).backfill?.last, 60_000);
  expect(backfilled).toMatchObject({ samples: expect.any(Number), refused: 0 });
  expect(backfilled.samples).toBeGreaterThan(0);
});
