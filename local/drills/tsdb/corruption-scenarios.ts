import { join } from 'node:path';
import { must, until } from '../clock';
import { sampleTimes, samplesMissing } from '../judge/collect';
import { giveBlock, samplesOfBlock, type OldBlock } from './corrupt-block';
import { contentOf, FILE_FAULTS, headChunks, numbered, type FileFault } from './corruption-faults';
import { FAILOVER } from '../failover/failover-scenarios';
import { tsdbOf } from '../thanos/history-steps';
import type { MetricReading } from '../instrument';
import { BEGIN_MS, getsWhole, missingOnNode, nextPass } from './corruption-steps';
import type { SampleTimes } from '../judge/samples';
import type { Scenario } from '../scenario';
import { atRest } from '../settle';
import { prometheusOf, statusOf, type TestBed } from '../test-bed';

/** One before and one after the middle one. */
const SEGMENTS = 3;
/** How far back the samples are compared. */
const BACK_MS = 600_000;
const FOUND_MS = 60_000;
const READY_MS = 60_000;
const BLOCK_BACK_MS = 150_000;
/** A chunk is full after 120 samples, and let go with the next look of Prometheus, every minute. */
const HEAD_CHUNKS_MS = 200_000;

/** What was there just before the corruption. */
interface Before {
  readonly samples: SampleTimes;
  readonly incidents: number;
  readonly block: OldBlock | null;
}

/** Files are hurt under the standby's running Prometheus; the scrub has to find it, and the next start to repair it. */
function corruption(fault: FileFault): Scenario {
  let block: OldBlock | null = null;
  let before: Before;
  return {
    ...FAILOVER,
    name: fault.name,
    what: `${fault.what}, on the standby; when its scrub has found it, its Prometheus is killed`,
    hurts: 'standby',
    takeover: 'none',
    epochs: 0,
    needsThanos: fault.needs === 'uploaded-block',
    prepare: async (world) => {
      const node = await standbyOf(world);
      await segmentsThere(world, node);
      if (fault.needs === 'head-chunks') await headChunksThere(world, node);
      const forBucket = fault.needs === 'uploaded-block';
      block = fault.needs === 'block' || forBucket ? await giveBlock(world, node, forBucket) : null;
      await nextPass(world, node);
    },
    inject: async (world, { hurt }) => {
      const api = prometheusOf(world, hurt!);
      const now = Date.now();
      const { scrub } = await statusOf(world, hurt!);
      before = { samples: await sampleTimes(api, now - BACK_MS, now), incidents: scrub!.quarantine.length, block };
      const at = Date.now();
      fault.hurt(tsdbOf(world, hurt!), block?.id ?? '');
      return at;
    },
    course: (world, { hurt }, struckAt) => healed(world, hurt!, fault, struckAt, before),
    // Its agent repairs.
    undo: async () => Date.now(),
  };
}

async function healed(
  world: TestBed,
  node: string,
  fault: FileFault,
  struckAt: number,
  before: Before,
): Promise<MetricReading> {
  const { signal, faults } = world;
  let foundAt = 0;
  await must('the scrub does not find it', FOUND_MS, signal, async () => {
    const corruption = (await statusOf(world, node)).scrub!.corruption;
    const found = corruption.find((d) => d.class === fault.class && Date.parse(d.foundAt) >= struckAt);
    if (found === undefined) return `it tells of ${corruption.map((d) => d.class).join(', ') || 'nothing'}`;
    foundAt = Date.parse(found.foundAt);
    return null;
  });
  const crashedAt = await faults.on(node, 'crash-prometheus');
  const { pid } = (await statusOf(world, node)).prometheus;
  await must('it does not get ready', READY_MS, signal, async () => {
    const status = await statusOf(world, node);
    if (status.prometheus.pid === null || status.prometheus.pid === pid) return 'Prometheus does not run';
    const ready = await fetch(`${prometheusOf(world, node)}/-/ready`, { signal: AbortSignal.timeout(2_000) });
    return ready.ok ? null : 'Prometheus is not ready';
  });
  const readyAt = Date.now();
  const { scrub } = await statusOf(world, node);
  const corruptions = await metric(world, node, 'prometheus_tsdb_wal_corruptions_total');
  await getsWhole(world, node, readyAt);
  const wholeAt = Date.now();
  if (fault.needs === 'uploaded-block') await comesBack(world, node, before.block!);
  const { backfill } = await statusOf(world, node);
  const completeUntil = Date.parse(backfill!.completeUntil!);
  const lost = await lostSamples(world, node, before.samples, struckAt);
  return {
    measurements: {
      corruptionFound: (foundAt - struckAt) / 1000,
      readyAgain: (readyAt - crashedAt) / 1000,
      corruptionLeft: scrub!.corruption.length,
      quarantine: scrub!.quarantine.length - before.incidents,
      corruptionsSeenByPrometheus: corruptions,
      samplesBefore: [...before.samples.values()].reduce((sum, times) => sum + times.length, 0),
      samplesLostOnNode: lost.all,
      secondsLostOnNode: lost.worst,
      wholeAgain: (wholeAt - crashedAt) / 1000,
      samplesBackfilled: backfill!.last?.samples ?? 0,
      samplesRefused: backfill!.last?.refused ?? 0,
      secondsMissingAfterBackfill: await missingOnNode(world, node, beginningOf(before.samples), completeUntil),
      lostOnBothNodes: await lostEverywhere(world, before.samples, struckAt),
      ...(before.block === null ? {} : { blockSamples: await samplesOfBlock(world, node, before.block) }),
    },
    findings: scrub!.quarantine.slice(before.incidents).flatMap((kept) => kept.because),
  };
}

/** From the bucket; Prometheus looks for new blocks every minute. */
async function comesBack(world: TestBed, node: string, block: OldBlock): Promise<void> {
  await must('the block does not come back', BLOCK_BACK_MS, world.signal, async () => {
    const samples = await samplesOfBlock(world, node, block);
    return samples > 0 ? null : `the node answers with ${samples} samples of it`;
  });
}

/** Samples that the node had and has no more; `worst`: of one series, which at one a second are seconds. */
async function lostSamples(
  world: TestBed,
  node: string,
  before: SampleTimes,
  to: number,
): Promise<{ all: number; worst: number }> {
  const after = await sampleTimes(prometheusOf(world, node), to - BACK_MS, to);
  const lost = [...before].map(([series, times]) => {
    const have = new Set(after.get(series));
    // What falls out of the window meanwhile is not lost.
    return times.filter((at) => at > to - BACK_MS + 5_000 && !have.has(at)).length;
  });
  return { all: lost.reduce((sum, n) => sum + n, 0), worst: Math.max(0, ...lost) };
}

/** Not the very first seconds: the nodes do not begin to scrape at the same moment. */
const beginningOf = (samples: SampleTimes): number =>
  Math.min(...[...samples.values()].map((times) => times[0]!)) + BEGIN_MS;

/** Of the time before the corruption: what no node has any more. */
async function lostEverywhere(world: TestBed, before: SampleTimes, to: number): Promise<number> {
  const from = beginningOf(before);
  const missing = await samplesMissing(world, from, to);
  return [...missing.values()].reduce((sum, n) => sum + n, 0);
}

async function standbyOf(world: TestBed): Promise<string> {
  await atRest(world);
  const { active } = (await world.store.readAssignment())!.assignment;
  return world.state.nodes.find((n) => n.node !== active)!.node;
}

/** Every start begins a segment. The other node has all samples of that time. */
async function segmentsThere(world: TestBed, node: string): Promise<void> {
  while (numbered(join(tsdbOf(world, node), 'wal')).length < SEGMENTS) {
    world.say(`  ${node} begins another segment of its WAL`);
    await world.faults.on(node, 'crash-prometheus');
    await atRest(world);
  }
}

/** Prometheus writes chunks through a buffer of megabytes: with few series they are on disk only after a polite end. */
async function headChunksThere(world: TestBed, node: string): Promise<void> {
  const missing = (): string | null => {
    const file = headChunks(tsdbOf(world, node));
    return file !== null && contentOf(file) > 1_000 ? null : 'chunks_head holds nothing';
  };
  if (missing() === null) return;
  world.say(`  waiting for full chunks in the head of ${node}`);
  const { startedAt } = (await statusOf(world, node)).prometheus;
  await until(Date.parse(startedAt!) + HEAD_CHUNKS_MS, world.signal);
  await world.faults.on(node, 'stop-prometheus');
  await must('no chunk of the head is written', READY_MS, world.signal, missing);
  await atRest(world);
}

async function metric(world: TestBed, node: string, name: string): Promise<number> {
  const signal = AbortSignal.timeout(5_000);
  const text = await (await fetch(`${prometheusOf(world, node)}/metrics`, { signal })).text();
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
}

export const DAMAGE: readonly Scenario[] = FILE_FAULTS.map(corruption);
