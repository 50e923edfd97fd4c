import { RECOVER_SHARE } from '../../../core/load/shed';
import { samplesPerSecond, walBytes } from '../catch-up';
import type { Cluster } from '../cluster';
import { parseDuration } from '../../../contract/duration';
import { quotaWanted } from '../lambda-reserve';
import type { Contradiction } from './contradiction';

const GIB = 2 ** 30;
/** A block is written twice while it is compacted, and the WAL comes on top. */
const DISK_HEADROOM = 1.25;

/** Whether the volume holds the retention. */
export function disk(c: Cluster): Contradiction[] {
  const blocks = samplesPerSecond(c) * (parseDuration(c.retention)! / 1000) * c.ingest.bytesPerSample;
  const needed = Math.ceil((blocks * DISK_HEADROOM + walBytes(c)) / GIB);
  if (needed <= c.volume.sizeGiB) return [];
  return [
    {
      path: ['volume', 'sizeGiB'],
      what: 'the volume is too small for the retention',
      got: `${c.volume.sizeGiB} GiB for ${c.retention} of ${c.ingest.series} series every ${c.scrapeInterval}`,
      expected: `at least ${needed} GiB (${c.ingest.bytesPerSample} bytes a sample, 25 % headroom, and the WAL)`,
      fix: 'enlarge the volume or shorten the retention',
    },
  ];
}

/** Whether the load that is expected is let be. */
export function load({
  load: { limits, sustainedForMs, recoverAfterMs },
  ingest,
  scrapeInterval,
}: Cluster): Contradiction[] {
  const found: Contradiction[] = [];
  const expected = samplesPerSecond({ ingest, scrapeInterval });
  if (limits.samplesPerSecond * RECOVER_SHARE <= expected) {
    found.push({
      path: ['load', 'limits', 'samplesPerSecond'],
      what: 'the load that is expected would be shed for ever',
      got: `${limits.samplesPerSecond} with ${ingest.series} series every ${scrapeInterval}`,
      expected: `more than ${Math.ceil(expected / RECOVER_SHARE)}: the way back needs ${100 * (1 - RECOVER_SHARE)} % below the limit`,
      fix: 'raise it, or correct ingest.series',
    });
  }
  if (recoverAfterMs <= sustainedForMs) {
    found.push({
      path: ['load', 'recoverAfter'],
      what: 'the way back would be as quick as the way down, and the load would swing',
      got: `${recoverAfterMs / 1000} s, and sustainedFor ${sustainedForMs / 1000} s`,
      expected: 'recoverAfter longer than sustainedFor',
      fix: 'raise load.recoverAfter',
    });
  }
  return found;
}

/** Whether Lambda lets so much be reserved. */
export function reservation({ lambda, shards }: Cluster): Contradiction[] {
  if (lambda?.reserve !== true || lambda.concurrency >= quotaWanted(shards)) return [];
  return [
    {
      path: ['lambda', 'concurrency'],
      what: 'AWS would refuse the reservation: it leaves too few executions to all other functions of the account',
      got: `${lambda.concurrency} with ${shards} shard${shards === 1 ? '' : 's'}`,
      expected: `at least ${quotaWanted(shards)}`,
      fix: 'ask for a higher quota (Service Quotas, Lambda, concurrent executions), or set lambda.reserve to false',
    },
  ];
}
