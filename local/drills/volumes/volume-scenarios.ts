import { CreateSnapshotCommand, CreateTagsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ownTags, readStorage, toTags } from '../../../lib/shell/aws/ebs';
import type { VolumeTrouble } from '../../../lib/contract/documents/storage';
import { TAGS } from '../../../lib/contract/tags';
import type { KnownSnapshot } from '../../../lib/core/volumes/snapshots';
import { LOCAL_CREDENTIALS } from '../../run/deploy/read-back';
import { must } from '../clock';
import { BEGIN_MS, getsWhole, missingOnNode } from '../tsdb/corruption-steps';
import { FAILOVER, on } from '../failover/failover-scenarios';
import type { MetricReading } from '../instrument';
import type { Scenario } from '../scenario';
import { atRest } from '../settle';
import { prometheusOf, statusOf, type TestBed } from '../test-bed';

/** The first is taken a minute after the start, and one of them is tried a minute. */
const SNAPSHOT_MS = 400_000;
const NOTICED_MS = 60_000;
const READY_MS = 180_000;
/** How far back the samples are compared: further than the snapshots that are restored. */
const BACK_MS = 600_000;

/** What happens to the standby's data volume as a whole; its agent and restore-snapshot get it back to work. */
export const OF_VOLUMES = {
  ...FAILOVER,
  hurts: 'standby',
  takeover: 'none',
  epochs: 0,
  // They need root, as namespaces do.
  needsNamespaces: true,
  needsVolumes: true,
  undo: async () => Date.now(),
} satisfies Partial<Scenario>;

/** Of the node that is hurt, before it is. */
let generation = 0;
/** Samples are compared from here on: both nodes scraped by then. */
let lookedFrom = 0;
let spoiled: string | null = null;

const replaced =
  (trouble: VolumeTrouble, scenario = ''): NonNullable<Scenario['course']> =>
  async (world, { hurt }, struckAt) => {
    const node = hurt!;
    const noticedAt = await seen(world, node, trouble);
    const readyAt = await well(world, node);
    await must('the restore does not end', READY_MS, world.signal, async () => {
      const read = await world.store.readRestore(node);
      return read?.record.state === 'done' ? null : `it is ${read?.record.state ?? 'not begun'}`;
    });
    const { record } = (await world.store.readRestore(node))!;
    const backfilled = await whole(world, node, struckAt, readyAt);
    const { volume } = await statusOf(world, node);
    return {
      measurements: {
        volumeNoticed: (noticedAt - struckAt) / 1000,
        restoreToReady: (readyAt - Date.parse(record.startedAt)) / 1000,
        volumeWellAgain: (readyAt - struckAt) / 1000,
        generationsMore: volume!.generation! - generation,
        fromBadSnapshot: record.snapshotId === spoiled ? 1 : 0,
        ...(scenario === 'bad-snapshot' ? { saidToBeBad: await isSaidToBeBad(world) } : {}),
        ...backfilled,
      },
      findings: [`${node} has ${record.volumeId}, made of ${record.snapshotId}: ${record.because}`],
    };
  };

const isSaidToBeBad = async (world: TestBed): Promise<number> =>
  (await snapshots(world)).some((k) => k.id === spoiled && k.verdict === 'bad') ? 1 : 0;

/** Both nodes have a snapshot that a restore test found good. */
export async function snapshotsThere(world: TestBed): Promise<void> {
  await atRest(world);
  world.say('  waiting for snapshots that were found good');
  await must('no good snapshots', SNAPSHOT_MS, world.signal, async () => {
    const good = (await snapshots(world)).filter((s) => s.verdict === 'good').map((s) => s.node);
    const without = world.state.nodes.filter(({ node }) => !good.includes(node)).map(({ node }) => node);
    return without.length === 0 ? null : `${without.join(' and ')} has none`;
  });
}

const ec2Of = ({ state: { endpoint, region } }: TestBed): EC2Client =>
  new EC2Client({ endpoint, region, credentials: LOCAL_CREDENTIALS });

const snapshots = async (world: TestBed): Promise<readonly KnownSnapshot[]> =>
  (await readStorage(ec2Of(world), world.state.cluster, 0)).snapshots;

/** One more snapshot of the standby, found good as it were, and then spoiled: the worst that the latest can be. */
async function latestIsBad(world: TestBed): Promise<void> {
  await snapshotsThere(world);
  const { active } = (await world.store.readAssignment())!.assignment;
  const standby = world.state.nodes.find((n) => n.node !== active)!.node;
  const { id, generation } = (await statusOf(world, standby)).volume!;
  const tags = {
    ...ownTags(world.state.cluster, 0),
    [TAGS.node]: standby,
    [TAGS.generation]: String(generation),
    [TAGS.takenAt]: new Date().toISOString(),
  };
  const ec2 = ec2Of(world);
  const made = await ec2.send(
    new CreateSnapshotCommand({
      VolumeId: id!,
      TagSpecifications: [{ ResourceType: 'snapshot', Tags: toTags(tags) }],
    }),
  );
  spoiled = made.SnapshotId!;
  await must('the snapshot cannot be spoiled', NOTICED_MS, world.signal, async () => {
    await world.faults.act('spoil-snapshot', { snapshot: spoiled });
    return null;
  });
  const verdict = toTags({ [TAGS.verified]: 'good: says the drill' });
  await ec2.send(new CreateTagsCommand({ Resources: [spoiled], Tags: verdict }));
}

const remembering =
  (inject: Scenario['inject']): Scenario['inject'] =>
  async (world, roles) => {
    const { volume, prometheus } = await statusOf(world, roles.hurt!);
    generation = volume!.generation!;
    lookedFrom = Math.max(Date.parse(prometheus.startedAt!) + BEGIN_MS, Date.now() - BACK_MS);
    return inject(world, roles);
  };

async function seen(world: TestBed, node: string, trouble: VolumeTrouble): Promise<number> {
  await must(`it is not seen to be ${trouble}`, NOTICED_MS, world.signal, async () => {
    const { volume } = await statusOf(world, node);
    return volume?.trouble === trouble ? null : `it is said to be ${volume?.trouble ?? 'well'}`;
  });
  return Date.now();
}

async function well(world: TestBed, node: string): Promise<number> {
  await must('it does not get well', READY_MS, world.signal, async () => {
    const { volume, prometheus } = await statusOf(world, node);
    if (volume!.trouble !== null) return `its volume is ${volume!.trouble}; ${volume!.doing ?? 'nothing is done'}`;
    if (prometheus.pid === null) return 'Prometheus does not run';
    const ready = await fetch(`${prometheusOf(world, node)}/-/ready`, { signal: AbortSignal.timeout(1_000) });
    return ready.ok ? null : 'Prometheus is not ready';
  });
  return Date.now();
}

export async function noticedAndWell(
  world: TestBed,
  node: string,
  trouble: VolumeTrouble,
): Promise<{ readonly noticedAt: number; readonly wellAt: number }> {
  const noticedAt = await seen(world, node, trouble);
  return { noticedAt, wellAt: await well(world, node) };
}

/** Waits until a node that is ready again has backfilled itself, and compares what it has then. */
async function whole(
  world: TestBed,
  node: string,
  struckAt: number,
  readyAt: number,
): Promise<MetricReading['measurements']> {
  await getsWhole(world, node, readyAt);
  const wholeAt = Date.now();
  const { backfill } = await statusOf(world, node);
  return {
    volumeWholeAgain: (wholeAt - struckAt) / 1000,
    samplesBackfilled: backfill!.last?.samples ?? 0,
    secondsMissingAfterBackfill: await missingOnNode(world, node, lookedFrom, Date.parse(backfill!.completeUntil!)),
  };
}

async function roomAgain(world: TestBed, node: string, struckAt: number): Promise<MetricReading> {
  const { noticedAt, wellAt: readyAt } = await noticedAndWell(world, node, 'full');
  const backfilled = await whole(world, node, struckAt, readyAt);
  const { volume } = await statusOf(world, node);
  return {
    measurements: {
      volumeNoticed: (noticedAt - struckAt) / 1000,
      volumeWellAgain: (readyAt - struckAt) / 1000,
      generationsMore: volume!.generation! - generation,
      freedMiB: Math.round(volume!.freeBytes! / 2 ** 20),
      ...backfilled,
    },
    findings: volume!.freed.map((incident) => `freed ${incident}`),
  };
}

export const VOLUME_SCENARIOS: readonly Scenario[] = [
  {
    ...OF_VOLUMES,
    name: 'volume-gone',
    what: "the standby's data volume is detached by force while it is written to, and deleted",
    prepare: snapshotsThere,
    inject: remembering((world, { hurt }) => world.faults.act('detach-volume', { node: hurt, delete: true })),
    course: replaced('gone'),
  },
  {
    ...OF_VOLUMES,
    name: 'volume-gone-active',
    what: "the active node's data volume is detached by force while it is written to, and deleted",
    hurts: 'active',
    takeover: 'volume',
    epochs: 1,
    prepare: snapshotsThere,
    inject: remembering((world, { hurt }) => world.faults.act('detach-volume', { node: hurt, delete: true })),
    course: replaced('gone'),
  },
  {
    ...OF_VOLUMES,
    name: 'bad-snapshot',
    what: 'the same of the standby, and the latest snapshot, though found good, does not open: the one before is used',
    prepare: latestIsBad,
    inject: remembering((world, { hurt }) => world.faults.act('detach-volume', { node: hurt, delete: true })),
    course: replaced('gone', 'bad-snapshot'),
  },
  {
    ...OF_VOLUMES,
    name: 'disk-full',
    what: "what was quarantined fills the standby's data volume to the last block",
    inject: remembering(on('fill-volume')),
    course: (world, { hurt }, struckAt) => roomAgain(world, hurt!, struckAt),
  },
  {
    ...OF_VOLUMES,
    name: 'volume-stall',
    what: "the standby's data volume takes no write any more and says nothing; it stays so",
    prepare: snapshotsThere,
    inject: remembering(on('stall-volume')),
    course: replaced('stalled'),
  },
];
