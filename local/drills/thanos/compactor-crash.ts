import { listBucketBlocks } from './bucket';
import { awaitAll } from '../clock';
import { compacted, uncompacted } from './compaction-steps';
import { compactors, isWriting, type Compactor } from './compactors';
import { importHistory, made, samplesWrong, served } from './history-steps';
import type { Instrument } from '../instrument';
import type { Scenario } from '../scenario';
import { service, startEagerCompactor } from '../thanos';
import type { TestBed } from '../test-bed';

const WRITING_MS = 120_000;
/** A block is written in some tens of milliseconds. */
const LOOK_MS = 5;
const COUNT_MS = 50;

/** The compactor dies while it writes a block; ECS starts another one, which finds what is there and goes on. */
export const compactorCrash = {
  name: 'compactor-crash',
  what: 'SIGKILL of the compactor while it writes a block; the service starts another one',
  instruments: [neverTwo],
  prepare: async (world) => {
    await service('stop-service', 'compact')(world);
    await importHistory(world, world.state.nodes[1]!.node);
  },
  restore: service('start-service', 'compact'),
  inject: async (world) => {
    await startEagerCompactor(world);
    // Looking for its process is slow, looking into its directory is not.
    let running: Compactor | undefined;
    const missing = await awaitAll(
      () => {
        running ??= compactors(world)[0];
        if (running === undefined) return 'no compactor runs';
        return isWriting(running) ? null : `compactor ${running.pid} writes no block`;
      },
      { timeoutMs: WRITING_MS, signal: world.signal, everyMs: LOOK_MS },
    );
    if (missing !== null) throw new Error(missing);
    return service('kill-task', 'compact')(world);
  },
  course: async (world, _, struckAt) => {
    const imported = made(world);
    const left = uncompacted(await listBucketBlocks(world), imported);
    world.say(`    killed: ${left ?? 'it was done already'}`);
    const done = await compacted(world, imported);
    const finishedAfter = (Date.now() - struckAt) / 1000;
    const wrong = await served(world, imported);
    return {
      measurements: {
        killedInTheMiddle: left === null ? 0 : 1,
        finishedAfter,
        blocksOverlapping: done.overlapping,
        historyWrong: await samplesWrong(world, imported),
      },
      findings: [...done.findings, ...(wrong === null ? [] : [wrong])],
    };
  },
  undo: service('start-service', 'compact'),
} satisfies Partial<Scenario>;

/** How many compactors are alive at once, looked at all the time. */
function neverTwo(world: TestBed): ReturnType<Instrument> {
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, compactors(world).length)), COUNT_MS);
  return {
    finish: async () => ({ measurements: { compactorsAtOnce: most }, findings: [] }),
    stop: () => clearInterval(timer),
  };
}
