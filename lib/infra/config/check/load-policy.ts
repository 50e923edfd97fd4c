import { durationMs } from '../../../contract/duration';
import type { Cluster, ClusterConfig } from '../cluster';

/** So many times what is expected is a spike. */
const SPIKE = 3;
const WAL_BYTES_PER_SAMPLE = 8;

export function loadPolicy({ load, ingest, scrapeInterval }: ClusterConfig): Cluster['load'] {
  const expected = ingest.series / (durationMs(scrapeInterval) / 1000);
  const { limits } = load;
  return {
    limits: {
      memoryMiB: limits.memoryMiB,
      samplesPerSecond: limits.samplesPerSecond ?? SPIKE * expected,
      walMiBPerMinute: limits.walMiBPerMinute ?? (SPIKE * expected * WAL_BYTES_PER_SAMPLE * 60) / 2 ** 20,
      scrapeTime: limits.scrapeTime ?? 0.5,
      evaluationTime: limits.evaluationTime ?? 0.8,
    },
    sustainedForMs: durationMs(load.sustainedFor ?? '30s'),
    recoverAfterMs: durationMs(load.recoverAfter ?? '5m'),
    ...(load.droppable === undefined ? {} : { droppable: load.droppable }),
  };
}
