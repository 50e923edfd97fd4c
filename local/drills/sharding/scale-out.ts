import * as z from 'zod/mini';
import { Prometheus } from '../../../lib/shell/prometheus/client';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashmod } from '../../../agent/sharding/hashmod';
import { isPromotable } from '../../../lib/core/failover/health';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { probeNode } from '../../../lib/shell/probes/prober';
import { DEMO_JOBS } from '../../demo/demo';
import { loadUsersConfig, OVERLAY_FILE } from '../../run/deploy/overlay-file';
import { localStore } from '../../run/ready';
import { awaitAll, must } from '../clock';
import { assemblyOf, deployRun } from '../failover/redeploy';
import type { MetricReading } from '../instrument';
import { readNotifications, NOTIFICATION_SOURCES } from '../judge/notifications';
import { thanosUnrest } from '../thanos';
import { allNodes, prometheusOf, statusOf, type TestBed } from '../test-bed';
import { ownDocument } from '../../../lib/shell/local/own-document';
import { fields, mapOf, optional, text } from '../../../lib/contract/shape';

const parts = mapOf(text, z.unknown());
const TEMPLATE = ownDocument('template', fields({ Resources: parts, Outputs: optional(parts) }));

/** A boot, the first scrapes, one resend interval, and the overlap; with a wide margin on a busy machine. */
const GROWN_MS = 300_000;

/** What was there before the deploy: nothing of it may have changed afterwards. */
interface Before {
  readonly at: number;
  /** Node → its machine and the pid of its Prometheus. */
  readonly machines: ReadonlyMap<string, string>;
  readonly diff: { readonly changed: readonly string[]; readonly added: readonly string[] };
}
let before: Before;

/** A real `cdk deploy --all` with one more of them. Instances that are new wait. Returns how many there are now. */
async function deployOneMore(world: TestBed, what: 'replicas' | 'shards'): Promise<number> {
  const { state, faults, say } = world;
  const { cluster } = loadUsersConfig(join(state.dir, OVERLAY_FILE));
  const scale = { replicas: cluster.replicas, shards: cluster.shards };
  const more = scale[what] + 1;
  await faults.act('hold-growth');
  const assembly = assemblyOf(world);
  const resources = resourcesIn(assembly);
  const machines = await machinesOf(world);
  const at = Date.now();
  say(`  cdk deploy --all with ${what}: ${more}`);
  await deployRun(world, { ...scale, [what]: more });
  const now = resourcesIn(assembly);
  const diff = {
    changed: [...resources].filter(([id, was]) => now.get(id) !== was).map(([id]) => id),
    added: [...now.keys()].filter((id) => !resources.has(id)),
  };
  before = { at, machines, diff };
  return more;
}

/** Every resource and output of a cloud assembly. */
function resourcesIn(assembly: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of readdirSync(assembly).filter((name) => name.endsWith('.template.json'))) {
    const { Resources, Outputs } = TEMPLATE.parse(readFileSync(join(assembly, file), 'utf8'), file);
    for (const [id, resource] of Object.entries({ ...Resources, ...Outputs })) {
      found.set(`${file.replace('.template.json', '')}/${id}`, JSON.stringify(resource));
    }
  }
  return found;
}

async function machinesOf(world: TestBed): Promise<Map<string, string>> {
  return new Map(
    await Promise.all(
      allNodes(world).map(async ({ node, instanceId }) => {
        const { prometheus, startedAt } = await statusOf(world, node);
        return [node, `${instanceId}, Prometheus ${prometheus.pid}, agent of ${startedAt}`] as const;
      }),
    ),
  );
}

/** What both drills promise: the diff only added, and nothing of what was there was touched. */
async function untouched(world: TestBed): Promise<MetricReading> {
  const now = await machinesOf(world);
  const touched = [...before.machines].filter(([node, was]) => now.get(node) !== was);
  const { changed, added } = before.diff;
  return {
    measurements: { resourcesChanged: changed.length, resourcesAdded: added.length, nodesTouched: touched.length },
    findings: [
      ...changed.map((id) => `the deploy changes ${id}`),
      ...touched.map(([node, was]) => `${node} was ${was} and is ${now.get(node) ?? 'gone'}`),
    ],
  };
}

/** What was sent while the deploy went on, before the run that is judged by the oracle began. */
function sentMeanwhile(world: TestBed, until: number): MetricReading {
  const sent = readNotifications(world.state.pages).filter((t) => t.receivedAt >= before.at && t.receivedAt < until);
  const of = (source: string): string[] => sent.filter((t) => t.source === source).map((t) => `${t.status} ${t.name}`);
  const oracle = of(NOTIFICATION_SOURCES.oracle);
  const beyond = of(NOTIFICATION_SOURCES.system).filter((t) => !oracle.includes(t));
  return {
    measurements: { toldWhileDeploying: beyond.length },
    findings: beyond.map((t) => `sent while the deploy went on: ${t}`),
  };
}

export async function deployReplica(world: TestBed): Promise<void> {
  await deployOneMore(world, 'replicas');
}

/** Until the new node could take over, and Thanos asks it. */
export async function replicaJoined(world: TestBed, _: unknown, struckAt: number): Promise<MetricReading> {
  const sent = sentMeanwhile(world, struckAt);
  const missing = await awaitAll(
    async () => {
      const fresh = world.state.nodes.filter((n) => !before.machines.has(n.node));
      if (fresh.length === 0) return 'no new node has appeared';
      for (const { node, address } of fresh) {
        const probe = await probeNode(node, address, 1_000, Date.now);
        if (!isPromotable(probe, DEFAULT_POLICY) || !probe.agent!.gatePrimed) return `${node} could not take over yet`;
      }
      return thanosUnrest(world);
    },
    { timeoutMs: GROWN_MS, signal: world.signal },
  );
  return joinedUp(world, sent, missing, { ableAfter: missing === null ? (Date.now() - struckAt) / 1000 : null });
}

async function joinedUp(
  world: TestBed,
  sent: MetricReading,
  missing: string | null,
  more: Record<string, number | null>,
): Promise<MetricReading> {
  const left = await untouched(world);
  return {
    measurements: { ...sent.measurements, ...left.measurements, ...more },
    findings: [...sent.findings, ...left.findings, ...(missing === null ? [] : [missing])],
  };
}

/** A further shard is deployed and scrapes its share beside the old owner; the moment it gets it is the drill's to choose. */
export async function deployShard(world: TestBed): Promise<void> {
  const shards = await deployOneMore(world, 'shards');
  const { faults, signal, say } = world;
  await faults.act('release-growth');
  const letsIn = `health-check-${shards - 1}`;
  const waitFor = async (what: string, missing: () => Promise<string | null>): Promise<void> => {
    say(`  ${what}`);
    await must('the new shard is not ready', GROWN_MS, signal, missing);
  };
  await waitFor('its nodes boot', async () => {
    const shardMap = (await world.store.readShardMap())?.shardMap;
    return shardMap?.next === shards ? null : `the layout is ${JSON.stringify(shardMap ?? null)}`;
  });
  // From here on it would be let in by itself.
  await faults.act('hold-function', { function: letsIn });
  await waitFor('both shards scrape what is to move', async () => {
    for (const { node } of allNodes(world)) {
      const { sharding } = await statusOf(world, node);
      if (sharding?.settled !== true) return `${node} has not scraped its share for long enough`;
    }
    return null;
  });
}

/** Lets the new shard in. */
export async function letShardIn(world: TestBed): Promise<number> {
  const { next } = (await world.store.readShardMap())!.shardMap;
  return world.faults.act('release-function', { function: `health-check-${next! - 1}` });
}

/** Until every target is scraped by its own shard, and by no other one. */
export async function shardIsIn(world: TestBed, _: unknown, struckAt: number): Promise<MetricReading> {
  const sent = sentMeanwhile(world, struckAt);
  let givenAt: number | null = null;
  let moved = 0;
  const missing = await awaitAll(
    async () => {
      const { shards, next } = (await world.store.readShardMap())!.shardMap;
      if (next !== null) return 'the layout still waits';
      givenAt ??= Date.now();
      moved = 0;
      for (const { node, shard } of allNodes(world)) {
        const scraped = await targetsOf(world, node);
        const wrong = scraped.filter((address) => hashmod(address, shards) !== shard);
        if (wrong.length > 0) return `${node} of shard ${shard} still scrapes ${wrong.join(' and ')}`;
        moved += shard === shards - 1 ? scraped.length : 0;
      }
      for (let shard = 0; shard < shards; shard++) {
        const assigned = await localStore(world.state, shard).readAssignment();
        if (assigned === null) return `nobody alerts for shard ${shard}`;
      }
      return thanosUnrest(world);
    },
    { timeoutMs: GROWN_MS, signal: world.signal },
  );
  return joinedUp(world, sent, missing, {
    admitShardAfter: givenAt === null ? null : (givenAt - struckAt) / 1000,
    splitAfter: missing === null ? (Date.now() - struckAt) / 1000 : null,
    // By each of its nodes: proves nothing unless something moved.
    targetsMoved: moved,
  });
}

/** Addresses of the user's targets that a node scrapes now. */
async function targetsOf(world: TestBed, node: string): Promise<string[]> {
  const targets = await new Prometheus(prometheusOf(world, node), { timeoutMs: 2_000 }).targets();
  return targets
    .filter(({ discoveredLabels }) => Object.values<string>(DEMO_JOBS).includes(discoveredLabels.job!))
    .map(({ discoveredLabels }) => discoveredLabels.__address__!);
}
