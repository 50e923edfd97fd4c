import { parseDuration } from '../../contract/duration';
import type { ClusterConfig } from './cluster';

/** Thanos' compaction levels: how many hours a block of each level holds (cmd/thanos/compact.go, 0.42). */
const LEVEL_HOURS = [1, 2, 8, 48, 336] as const;

/** Blocks of two days: from shorter ones no samples of 5 minutes are made (Thanos wants 40 h). */
export const LEVEL_FOR_FIVE_MINUTES = 3;
/** Blocks of two weeks: from shorter ones no samples of one hour are made (Thanos wants 10 days). */
export const LEVEL_FOR_ONE_HOUR = 4;

/** A compaction has its sources and its result on disk at once; the rest is index, downsampling and margin. */
const COPIES = 2.5;
const GIB = 2 ** 30;

/** What the compactor's disk has to hold to make a block of that level, GiB. */
export function compactionGiB(c: Pick<ClusterConfig, 'ingest' | 'scrapeInterval'>, level: number): number {
  const bytesPerHour = ((c.ingest.series * 3_600_000) / parseDuration(c.scrapeInterval)!) * c.ingest.bytesPerSample;
  return Math.ceil((bytesPerHour * LEVEL_HOURS[level]! * COPIES) / GIB);
}

/** The highest level whose blocks the compactor's disk can hold: beyond it a full disk would halt compaction for good. */
export function compactionLevel(c: Pick<ClusterConfig, 'ingest' | 'scrapeInterval' | 'thanos'>): number {
  const fits = LEVEL_HOURS.map((_, level) => compactionGiB(c, level) <= c.thanos.compactor.diskGiB);
  return fits.lastIndexOf(true);
}
