import {
  blocksOf,
  downsampledWrong,
  giveToNode,
  made,
  makeHistory,
  samplesWrong,
  served,
  takeFromNode,
  uploaded,
  type Imported,
} from './history-steps';
import { compacted, spansBoth } from './compaction-steps';
import type { MetricReading } from '../instrument';
import type { Scenario } from '../scenario';
import { service, startEagerCompactor } from '../thanos';
import type { TestBed } from '../test-bed';

/** The way of a block: node, sidecar, bucket, store gateway, compactor; each step seen, and its data asked for. */
export const blocksMove = {
  name: 'blocks-move',
  what: 'blocks of past days appear on a node: uploaded, taken from the node, served from S3, compacted, downsampled',
  instruments: [],
  // The compactor waits until it is its turn: each step is seen by itself.
  prepare: async (world) => {
    await service('stop-service', 'compact')(world);
    await makeHistory(world, world.state.nodes[1]!.node);
  },
  restore: service('start-service', 'compact'),
  inject: async (world) => {
    const at = Date.now();
    giveToNode(world, made(world));
    return at;
  },
  course: (world, _, struckAt) => course(world, made(world), struckAt),
  undo: service('start-service', 'compact'),
} satisfies Partial<Scenario>;

async function course(world: TestBed, history: Imported, struckAt: number): Promise<MetricReading> {
  const since = (at: number): number => (Date.now() - at) / 1000;
  const step = (what: string): void => world.say(`    +${since(struckAt).toFixed(1)} s  ${what}`);
  await uploaded(world, history);
  const uploadedAfter = since(struckAt);
  step(`${history.ids.length} blocks are in the bucket`);

  const takenAt = Date.now();
  await takeFromNode(world, history);
  step('no node has them any more');
  const wrong = await served(world, history);
  if (wrong !== null) throw new Error(`the store gateway does not serve what the sidecar uploaded: ${wrong}`);
  const servedAfter = since(takenAt);
  step('all of them are answered from the bucket');

  const startedAt = await startEagerCompactor(world);
  const done = await compacted(world, history);
  step(`compacted into ${done.raw} blocks and downsampled`);
  return {
    measurements: {
      blocksGiven: history.ids.length,
      uploadedAfter,
      servedAfter,
      compactedAfter: since(startedAt),
      blocksLeft: (await blocksOf(world, history)).length,
      blocksOverlapping: done.overlapping,
      historyWrong: await samplesWrong(world, history),
      downsampledWrong: await downsampledWrong(world, history),
      spansBoth: await spansBoth(world, history),
    },
    findings: done.findings,
  };
}
