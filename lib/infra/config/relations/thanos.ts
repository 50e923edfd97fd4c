import { durationMs } from '../../../contract/duration';
import type { Cluster, ClusterThanos } from '../cluster';
import type { TaskSize } from '../schema/thanos';
import { compactionGiB, compactionLevel, LEVEL_FOR_FIVE_MINUTES, LEVEL_FOR_ONE_HOUR } from '../compaction';
import type { Contradiction } from './contradiction';

export type WithThanos = Cluster & { readonly thanos: ClusterThanos };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What settings of Thanos contradict each other, or the rest of the cluster; its image: ./thanos-image. */
export function thanosProblems(c: WithThanos): Contradiction[] {
  return [...blocks(c), ...retention(c), ...compactor(c), ...tasks(c)];
}

function blocks({ thanos, retention: local }: WithThanos): Contradiction[] {
  const found: Contradiction[] = [];
  const blockMs = durationMs(thanos.blockDuration);
  if (blockMs > 2 * HOUR_MS || (2 * HOUR_MS) % blockMs !== 0 || blockMs < 60_000) {
    found.push({
      path: ['thanos', 'blockDuration'],
      what: 'blocks of this length do not fit into the ones that the compactor makes of them',
      got: thanos.blockDuration,
      expected: '2h, or a shorter time that 2h is a multiple of, at least 1m',
      fix: 'write 2h; shorter ones are for watching blocks move',
    });
  } else if (durationMs(local) < 3 * blockMs) {
    found.push({
      path: ['retention'],
      what: 'nodes would delete blocks before they are uploaded',
      got: `${local}, with blocks of ${thanos.blockDuration}`,
      expected: 'at least three times thanos.blockDuration: a block is cut when the next one is half full',
      fix: 'raise retention',
    });
  }
  return found;
}

function retention({ thanos }: WithThanos): Contradiction[] {
  const { raw, fiveMinutes, oneHour } = thanos.retention;
  const found: Contradiction[] = [];
  const atLeast = (name: 'raw' | 'fiveMinutes', text: string, days: number, next: string): void => {
    if (durationMs(text) >= days * DAY_MS) return;
    found.push({
      path: ['thanos', 'retention', name],
      what: `samples would be deleted before those of ${next} are made from them`,
      got: text,
      expected: `at least ${days}d`,
      fix: 'raise it',
    });
  };
  atLeast('raw', raw, 3, '5 minutes');
  if (oneHour !== undefined) atLeast('fiveMinutes', fiveMinutes, 15, 'one hour');
  else if (durationMs(fiveMinutes) < 10 * DAY_MS) {
    found.push({
      path: ['thanos', 'retention', 'fiveMinutes'],
      what: 'the compactor would refuse to start: samples of one hour could never be made from these',
      got: fiveMinutes,
      expected: 'at least 10d, also where no samples of one hour are made',
      fix: 'raise it',
    });
  }
  return found;
}

function compactor(c: WithThanos): Contradiction[] {
  const { compactor: task, retention: keep } = c.thanos;
  const level = compactionLevel(c);
  const needed = keep.oneHour === undefined ? LEVEL_FOR_FIVE_MINUTES : LEVEL_FOR_ONE_HOUR;
  if (level >= needed) return [];
  const gib = compactionGiB(c, needed);
  const [what, days] =
    keep.oneHour === undefined
      ? ['samples of 5 minutes are made from blocks of two days', 2]
      : ['samples of one hour are made from blocks of two weeks', 14];
  return [
    {
      path: keep.oneHour === undefined ? ['thanos', 'compactor', 'diskGiB'] : ['thanos', 'retention', 'oneHour'],
      what: `${what}, which the compactor's disk cannot hold`,
      got: `${task.diskGiB} GiB for ${c.ingest.series} series every ${c.scrapeInterval}`,
      expected: `at least ${gib} GiB for ${days} days of one replica, ${gib > 200 ? 'more than Fargate has (200)' : 'up to 200'}`,
      fix:
        keep.oneHour === undefined
          ? 'raise thanos.compactor.diskGiB, or split the series into more clusters'
          : 'raise thanos.compactor.diskGiB, or leave thanos.retention.oneHour out',
    },
  ];
}

function tasks({ thanos, zones }: WithThanos): Contradiction[] {
  const found: Contradiction[] = [];
  const { query } = thanos;
  if (query.tasks < 2 || query.maxTasks < query.tasks) {
    const few = query.tasks < 2;
    found.push({
      path: ['thanos', 'query', few ? 'tasks' : 'maxTasks'],
      what: few ? 'one query task is lost with its zone' : 'there are fewer query tasks at most than always',
      got: few ? String(query.tasks) : `maxTasks ${query.maxTasks}, tasks ${query.tasks}`,
      expected: few ? `at least 2, over ${zones.length} zones` : 'maxTasks of at least tasks',
      fix: 'raise it',
    });
  }
  for (const name of ['query', 'store', 'compactor'] as const) {
    const size: TaskSize = thanos[name];
    const least = size.cpu * 2;
    const most = Math.min(size.cpu * 8, 30_720);
    const step = size.cpu === 256 ? 512 : 1_024;
    if (size.memoryMiB >= least && size.memoryMiB <= most && size.memoryMiB % step === 0) continue;
    found.push({
      path: ['thanos', name, 'memoryMiB'],
      what: 'Fargate has no task of this size',
      got: `${size.memoryMiB} MiB with ${size.cpu} CPU units`,
      expected: `${least} to ${most} MiB in steps of ${step}`,
      fix: 'change one of them',
    });
  }
  return found;
}
