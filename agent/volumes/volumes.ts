import { join } from 'node:path';
import { durationMs } from '../../lib/contract/duration';
import { onHost } from '../boot/host';
import type { Mounted } from '../boot/volume';
import type { AgentEnv } from '../base/env';
import { every, type Loop } from '../base/loop';
import type { Paths } from '../base/paths';
import { VolumeManager, type VolumeManagerOptions } from './manager';

const TEST_LOOK_MS = 15_000;

/** Null where it is not asked for, and where the data are in a directory that was given as it is. */
export function managerOf(
  env: AgentEnv,
  paths: Paths,
  options: Omit<VolumeManagerOptions, 'env' | 'data' | 'deviceDir' | 'walSegmentBytes'>,
): VolumeManager | null {
  if (!env.mountData || options.config.snapshots !== true) return null;
  const walSegmentBytes = Number.parseInt(options.config.prometheus.walSegmentSize) * 2 ** 20;
  return new VolumeManager({ ...options, env, data: paths.data, deviceDir: env.deviceDir, walSegmentBytes });
}

/** Watches the volume that the node began with, and tries snapshots when it is asked to. */
export async function startVolumeCare(
  manager: VolumeManager,
  mounted: Mounted,
  env: AgentEnv,
  paths: Paths,
  { config, identity, log }: Pick<VolumeManagerOptions, 'config' | 'identity' | 'log'>,
): Promise<Loop[]> {
  manager.begin(mounted);
  // With EC2's client, which is most of the bundle: after what is in a hurry.
  const { SnapshotTester } = await import('./snapshot-tester');
  const tester = new SnapshotTester({
    config,
    instanceId: identity.instanceId,
    mountPoint: paths.data,
    deviceDir: env.deviceDir,
    onHost: onHost(env),
    scratch: paths.snapshotTest,
    promtool: join(paths.bin, 'promtool'),
    bytesPerSecond: config.policy.scrub.bytesPerSecond,
    retentionMs: durationMs(config.prometheus.retentionTime),
    onResult: (test) => (manager.tested = test),
    log,
  });
  return [
    every(config.policy.volume.lookMs, 'volume', () => manager.round(), log),
    every(TEST_LOOK_MS, 'snapshot-test', () => tester.round(), log),
  ];
}
