import type { S3Client } from '@aws-sdk/client-s3';
import { durationMs } from '../../lib/contract/duration';
import type { NodeConfig } from '../../lib/contract/documents/node-config';
import { installFromImage } from '../boot/image';
import type { AgentEnv } from '../base/env';
import type { Log } from '../base/log';
import type { Paths } from '../base/paths';
import { BlockRestorer } from '../backfill/block-restorer';
import { Registration } from './registration';
import { Sidecar } from './sidecar';

/** What a node does for Thanos: nothing, where the cluster has none. */
export interface ThanosParts {
  readonly sidecar: Sidecar | null;
  /** Fetches lost blocks back from the bucket. */
  readonly restorer: BlockRestorer | null;
}

export function thanosParts(
  config: NodeConfig,
  env: AgentEnv,
  paths: Paths,
  address: string,
  s3: S3Client,
  log: Log,
): ThanosParts {
  const { thanos, policy, artifactMirror } = config;
  if (thanos === null) return { sidecar: null, restorer: null };
  const restorer = new BlockRestorer({
    ...paths,
    s3,
    bucket: thanos.bucket,
    retentionMs: durationMs(config.prometheus.retentionTime),
    bytesPerSecond: policy.scrub.bytesPerSecond,
    log,
  });
  const install = (): Promise<void> => installFromImage(thanos.image, 'bin/thanos', paths.bin, artifactMirror, log);
  const sidecar = new Sidecar({
    config: { ...config, thanos },
    paths,
    address,
    s3,
    registration: new Registration(thanos.discoveryServiceId, config.node, address),
    install: env.binDir === null ? install : null,
    log,
  });
  return { sidecar, restorer };
}
