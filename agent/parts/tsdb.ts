import type { S3Client } from '@aws-sdk/client-s3';
import { durationMs } from '../../lib/contract/duration';
import type { Base } from '../base/base';
import { Backfiller } from '../backfill/backfiller';
import { fillsInThread } from '../backfill/fill-thread';
import type { Peers } from '../failover/peers';
import type { Probes } from '../failover/probes';
import type { ProcessRecord } from '../process/process-record';
import { thanosParts, type ThanosParts } from '../thanos/parts';
import { readBlocksLoaded } from '../tsdb/blocks-loaded';
import { Conditions } from '../tsdb/conditions';
import { Scrubber } from '../tsdb/scrubber';

/** A block is cut when the head holds one and a half, and some time passes. */
const HEAD_BLOCKS = 1.75;

/** What looks after the samples: finds what is corrupted, and fetches what is missing. */
export interface TsdbCare extends ThanosParts {
  readonly conditions: Conditions;
  readonly scrubber: Scrubber;
  readonly backfiller: Backfiller;
}

export function tsdbCare(
  base: Base,
  address: string,
  peers: Pick<Peers, 'addresses' | 'everywhere'>,
  prometheus: ProcessRecord,
  probes: Probes,
  s3: S3Client,
): TsdbCare {
  const { config, env, paths, log } = base;
  const { policy, node, thanos } = config;
  const backfiller = new Backfiller({
    // All of the agent is in one file.
    filler: () => fillsInThread(__filename),
    node,
    data: paths.data,
    addresses: () => peers.addresses,
    startedAt: () => prometheus.startedAt,
    probes,
    policy,
    headMs: HEAD_BLOCKS * durationMs(thanos?.blockDuration ?? '2h'),
    log,
  });
  const conditions = new Conditions({
    address,
    logFile: paths.log('prometheus'),
    pid: () => prometheus.pid,
    isReady: () => probes.own?.ready === true && probes.own.at > Date.parse(prometheus.startedAt ?? ''),
    timeoutMs: policy.probe.timeoutMs,
  });
  const thanosOfNode = thanosParts(config, env, paths, address, () => peers.everywhere, s3, log);
  const { restorer } = thanosOfNode;
  const scrubber = new Scrubber({
    ...paths,
    policy: policy.scrub,
    retentionMs: durationMs(config.prometheus.retentionTime),
    pid: () => prometheus.pid,
    blocksLoaded: () => readBlocksLoaded(address, policy.storeTimeoutMs),
    conditions,
    onLoss: () => backfiller.lostSamples(),
    onBlocksLost: async (blocks) => restorer?.lost(blocks),
    log,
  });
  return { conditions, scrubber, backfiller, ...thanosOfNode };
}
