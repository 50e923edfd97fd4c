import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BackfillStatus } from '../../../lib/contract/documents/agent/part-status';
import { TestCluster, type TestNode } from '../agent/agent-cluster';
import { eventually } from '../agent/agent-tools';
import { startScrubbedPair, stopScrubbed } from './scrub-cluster';

jest.setTimeout(120_000);

const cluster = new TestCluster('127.88.8');
let active: TestNode;
let standby: TestNode;

beforeAll(async () => {
  [active, standby] = await startScrubbedPair(cluster);
}, 120_000);
afterAll(() => stopScrubbed(cluster));

const samples = async (node: TestNode, from: number, to: number): Promise<number> => {
  const query = `sum(count_over_time(up[${Math.round((to - from) / 1000)}s]))`;
  const url = `http://${node.address}:9090/api/v1/query?query=${encodeURIComponent(query)}&time=${to / 1000}`;
  const answer = (await (await fetch(url)).json()) as { data: { result: { value: [number, string] }[] } };
  return Number(answer.data.result[0]?.value[1] ?? 0);
};

test('a Prometheus that cannot start over something that the scrub does not know starts again, and gets its samples back', async () => {
  // Some samples that only the other node will have.
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  const to = Date.now();
  const from = to - 8_000;
  const had = await samples(standby, from, to);
  // Where a segment should be, a directory: Prometheus ends at every start, and no record is corrupted.
  mkdirSync(join(standby.dir, 'data', 'prometheus', 'wal', '00000099'));
  process.kill(standby.pidOf('prometheus'), 'SIGKILL');

  const told = async (): Promise<boolean> =>
    (await standby.status()).scrub!.corruption.some((d) => d.class === 'crash-loop');
  await eventually('the loop is told', told, 60_000);
  await eventually('it is ready again', async () => (await fetch(`http://${standby.address}:9090/-/ready`)).ok, 60_000);
  const readyAt = Date.now();
  const { scrub } = await standby.status();
  expect(scrub!.asksForVolume).toBeNull();
  const kept = readdirSync(join(standby.dir, 'data', 'quarantine', scrub!.quarantine.at(-1)!.incident, 'files'));
  expect(kept).toContain('wal');
  const aside = standby.lines.filter((line) => line.event === 'corruption-quarantine');
  expect(aside).toHaveLength(1);
  expect(JSON.stringify(aside[0]!.steps)).toMatch(/quarantine-head.*ended 3 times in a row/);

  const whole = async (): Promise<BackfillStatus['last'] | false> => {
    const { last } = (await standby.status()).backfill!;
    return last !== null && Date.parse(last.at) > readyAt && last;
  };
  const backfilled = (await eventually('it is whole', whole, 60_000))!;
  expect(backfilled.refused).toBe(0);
  expect(await samples(standby, from, to)).toBeGreaterThanOrEqual(had - 6);
  expect((await active.status()).gate.open).toBe(true);
});
