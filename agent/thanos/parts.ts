import { totalmem } from 'node:os';
import type { S3Client } from '@aws-sdk/client-s3';
import { durationMs } from '../../lib/contract/duration';
import type { NodeConfig } from '../../lib/contract/documents/node-config';
import { installFromImage } from '../boot/image';
import { giveAll } from '../boot/owners';
import type { AgentEnv } from '../base/env';
import type { Log } from '../base/log';
import type { Paths } from '../base/paths';
import { BlockRestorer } from '../backfill/block-restorer';
import { NodeQuery } from './node-query';
import { ThanosProgram } from './program';
import { Registration } from './registration';
import { Sidecar } from './sidecar';

/** What a node does for Thanos: nothing, where the cluster has none. */
export interface ThanosParts {
  readonly sidecar: Sidecar | null;
  readonly nodeQuery: NodeQuery | null;
  /** Fetches lost blocks back from the bucket. */
  readonly restorer: BlockRestorer | null;
}

export function thanosParts(
  config: NodeConfig,
  env: AgentEnv,
  paths: Paths,
  address: string,
  /** Addresses of all nodes, of every shard. */
  nodes: () => readonly string[],
  s3: S3Client,
  log: Log,
): ThanosParts {
  const { thanos, policy, artifactMirror } = config;
  if (thanos === null) return { sidecar: null, nodeQuery: null, restorer: null };
  const restorer = new BlockRestorer({
    ...paths,
    s3,
    bucket: thanos.bucket,
    retentionMs: durationMs(config.prometheus.retentionTime),
    bytesPerSecond: policy.scrub.bytesPerSecond,
    give: async (block) => (env.units ? giveAll(block, 'prometheus') : undefined),
    log,
  });
  const install = (): Promise<void> => installFromImage(thanos.image, 'bin/thanos', paths.bin, artifactMirror, log);
  const program = new ThanosProgram(paths, env.binDir === null ? install : null, log);
  const sidecar = new Sidecar({
    config: { ...config, thanos },
    paths,
    env,
    address,
    s3,
    registration: new Registration(thanos.discoveryServiceId, config.node, address),
    program,
    log,
  });
  const machineMiB = totalmem() / 2 ** 20;
  const nodeQuery = new NodeQuery({ paths, env, address, loopback: env.gateAddress, nodes, machineMiB, program, log });
  return { sidecar, nodeQuery, restorer };
}
