import type { S3Client } from '@aws-sdk/client-s3';
import { durationMs } from '../../lib/contract/duration';
import type { NodeId } from '../../lib/contract/documents/assignment';
import type { Base } from '../base/base';
import type { BlockRestorer } from '../backfill/block-restorer';
import { Backfiller } from '../backfill/backfiller';
import type { Probes } from '../failover/probes';
import type { ProcessRecord } from '../process/process-record';
import { thanosParts } from '../thanos/parts';
import type { Sidecar } from '../thanos/sidecar';
import { readBlocksLoaded } from '../tsdb/blocks-loaded';
import { Conditions } from '../tsdb/conditions';
import { Scrubber } from '../tsdb/scrubber';

/** A block is cut when the head holds one and a half, and some time passes. */
const HEAD_BLOCKS = 1.75;

/** What looks after the samples: finds what is corrupted, and fetches what is missing. */
export interface TsdbCare {
  readonly conditions: Conditions;
  readonly scrubber: Scrubber;
  readonly backfiller: Backfiller;
  readonly sidecar: Sidecar | null;
  readonly restorer: BlockRestorer | null;
}

export function tsdbCare(
  base: Base,
  address: string,
  addresses: () => ReadonlyMap<NodeId, string>,
  prometheus: ProcessRecord,
  probes: Probes,
  s3: S3Client,
): TsdbCare {
  const { config, env, paths, log } = base;
  const { policy, node, thanos } = config;
  const backfiller = new Backfiller({
    node,
    data: paths.data,
    addresses,
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
  const { sidecar, restorer } = thanosParts(config, env, paths, address, s3, log);
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
  return { conditions, scrubber, backfiller, sidecar, restorer };
}
