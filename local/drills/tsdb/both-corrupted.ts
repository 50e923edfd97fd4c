import { join } from 'node:path';
import { RepairState } from '../../../agent/tsdb/repair-memory';
import { RESTART_AT_MOST_EVERY_MS } from '../../../lib/core/tsdb/repair';
import { must, until } from '../clock';
import { flipWal } from './corruption-faults';
import { BEGIN_MS, getsWhole, missingOnNode, nextPass } from './corruption-steps';
import { FAILOVER } from '../failover/failover-scenarios';
import { tsdbOf } from '../thanos/history-steps';
import type { MetricReading } from '../instrument';
import type { Scenario } from '../scenario';
import { prometheusOf, statusOf, type TestBed } from '../test-bed';

const FOUND_MS = 60_000;
/** Two passes each, one after the other, and a hand-over in between. */
const MENDED_MS = 180_000;
const LOOK_MS = 100;
/** From a start until every target was scraped. */
const FIRST_SCRAPE_MS = 6_500;

interface Before {
  readonly node: string;
  readonly pid: number;
  readonly incidents: number;
}

/** Nobody touches anything: the standby is repaired first, then takes over, and the other one is repaired. */
export const BOTH_DAMAGED: Scenario = {
  ...FAILOVER,
  name: 'both-damaged',
  what: 'eight bytes in the WAL of both nodes turn over at the same moment',
  hurts: 'active',
  takeover: 'none',
  epochs: 1,
  prepare: async (world) => {
    for (const { node } of world.state.nodes) await nextPass(world, node);
    await mayRestart(world);
  },
  inject: async (world) => {
    const at = Date.now();
    for (const { node } of world.state.nodes) flipWal(tsdbOf(world, node));
    return at;
  },
  course: bothHealed,
  undo: async () => Date.now(),
};

/** Until no node has restarted for corruption so lately, in an earlier drill, that it would not do so again. */
async function mayRestart(world: TestBed): Promise<void> {
  for (const { node, dir } of world.state.nodes) {
    const { restartedAt } = new RepairState(join(dir, 'state', 'repairs.json'), () => undefined).read();
    const at = (restartedAt ?? -Infinity) + RESTART_AT_MOST_EVERY_MS;
    if (at <= Date.now()) continue;
    const minutes = RESTART_AT_MOST_EVERY_MS / 60_000;
    world.say(
      `  ${node} restarted for corruption lately, which it does once in ${minutes} minutes: waiting until ${clock(at)}`,
    );
    await until(at, world.signal);
  }
}

const clock = (at: number): string => new Date(at).toISOString().slice(11, 19);

async function bothHealed(world: TestBed, _: unknown, struckAt: number): Promise<MetricReading> {
  const { signal } = world;
  const before = await Promise.all(world.state.nodes.map(({ node }) => stateOf(world, node)));
  const found = new Map<string, number>();
  await must('not both scrubs find it', FOUND_MS, signal, async () => {
    for (const { node } of before) {
      const corruption = (await statusOf(world, node)).scrub!.corruption.find((d) => d.class === 'wal-corrupt');
      if (corruption !== undefined) found.set(node, Date.parse(corruption.foundAt));
    }
    return found.size === before.length ? null : `found on ${[...found.keys()].join(', ') || 'none'}`;
  });
  const looking = look(world, before);
  let repairedAt: number;
  try {
    await must('not both are repaired', MENDED_MS, signal, () => unrepaired(world, before));
    repairedAt = Date.now();
    for (const { node } of before) {
      const { startedAt } = (await statusOf(world, node)).prometheus;
      await getsWhole(world, node, Date.parse(startedAt!) + FIRST_SCRAPE_MS);
    }
  } finally {
    looking.stop();
  }
  const wholeAt = Date.now();
  const after = await Promise.all(before.map(({ node }) => statusOf(world, node)));
  const missing = await Promise.all(
    before.map(({ node }) => missingOnNode(world, node, struckAt - BEGIN_MS, wholeAt - 10_000)),
  );
  return {
    measurements: {
      corruptionFound: (Math.max(...found.values()) - struckAt) / 1000,
      bothRepaired: (repairedAt - struckAt) / 1000,
      bothWhole: (wholeAt - struckAt) / 1000,
      corruptionLeft: after.reduce((sum, { scrub }) => sum + scrub!.corruption.length, 0),
      bothDown: looking.bothDown(),
      secondsMissingAfterBackfill: Math.max(...missing),
    },
    findings: after.flatMap(({ node, scrub }) =>
      scrub!.quarantine.slice(before.find((b) => b.node === node)!.incidents).flatMap(({ because }) => because),
    ),
  };
}

async function stateOf(world: TestBed, node: string): Promise<Before> {
  const { prometheus, scrub } = await statusOf(world, node);
  return { node, pid: prometheus.pid!, incidents: scrub!.quarantine.length };
}

async function unrepaired(world: TestBed, before: readonly Before[]): Promise<string | null> {
  for (const { node, pid, incidents } of before) {
    const { prometheus, scrub } = await statusOf(world, node);
    if (prometheus.pid === null || prometheus.pid === pid) return `${node} has not started its Prometheus anew`;
    if (scrub!.corruption.length > 0 || scrub!.quarantine.length <= incidents)
      return `${node} has not repaired anything`;
    if (!(await isReady(world, node))) return `Prometheus of ${node} is not ready`;
  }
  return null;
}

/** How many looks found no Prometheus ready. */
function look(world: TestBed, nodes: readonly Before[]): { bothDown: () => number; stop: () => void } {
  let down = 0;
  const timer = setInterval(() => {
    void Promise.all(nodes.map(({ node }) => isReady(world, node))).then((ready) => {
      if (!ready.includes(true)) down += 1;
    });
  }, LOOK_MS);
  return { bothDown: () => down, stop: () => clearInterval(timer) };
}

async function isReady(world: TestBed, node: string): Promise<boolean> {
  const signal = AbortSignal.timeout(1_000);
  return fetch(`${prometheusOf(world, node)}/-/ready`, { signal }).then(
    (answer) => answer.ok,
    () => false,
  );
}
