import type { NodeConfig } from '../../lib/core/node-documents';
import type { AgentEnv } from '../env';
import type { Identity } from '../identity';
import type { Log } from '../log';
import type { Paths } from '../paths';
import { installArtifact } from './artifacts';
import { mountDataVolume } from './volume';

/** Makes the machine ready: the data volume mounted, the programs in place. Does only what is missing. */
export async function prepareMachine(
  config: NodeConfig,
  env: AgentEnv,
  paths: Paths,
  identity: Identity,
  log: Log,
): Promise<{ volumeId: string | null }> {
  const { prometheus, alertmanager, artifactMirror } = config;
  const [volumeId] = await Promise.all([
    env.mountData ? mountDataVolume(config, identity.instanceId, paths.data, log) : null,
    env.binDir === null &&
      installArtifact(prometheus.artifact, ['prometheus', 'promtool'], paths.bin, artifactMirror, log),
    env.binDir === null &&
      installArtifact(alertmanager.artifact, ['alertmanager', 'amtool'], paths.bin, artifactMirror, log),
  ]);
  return { volumeId };
}
