import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeConfig } from '../../lib/contract/documents/node-config';
import type { AgentEnv } from '../base/env';
import type { Identity } from '../base/identity';
import type { Log } from '../base/log';
import type { Paths } from '../base/paths';
import type { Mounted } from './volume';
import { onHost } from './host';
import { installArtifact } from './artifacts';
import { giveTop } from './owners';

/** Makes the machine ready: the data volume mounted, the programs in place. Does only what is missing. */
export async function prepareMachine(
  config: NodeConfig,
  env: AgentEnv,
  paths: Paths,
  identity: Identity,
  log: Log,
): Promise<Mounted | null> {
  const { prometheus, alertmanager, artifactMirror } = config;
  // Loaded on demand: EC2's client is most of the bundle, and an agent that comes back after a crash is in a hurry.
  const mount = async (): Promise<Mounted> =>
    (await import('./volume')).mountDataVolume({
      config,
      instanceId: identity.instanceId,
      mountPoint: paths.data,
      deviceDir: env.deviceDir,
      onHost: onHost(env),
      log,
    });
  const [mounted] = await Promise.all([
    env.mountData ? mount() : null,
    env.binDir === null &&
      installArtifact(prometheus.artifact, ['prometheus', 'promtool'], paths.bin, artifactMirror, log),
    env.binDir === null &&
      installArtifact(alertmanager.artifact, ['alertmanager', 'amtool'], paths.bin, artifactMirror, log),
  ]);
  makeProgramDirectories(paths.data, env);
  return mounted;
}

/** On the data volume, a directory for each program, and its own. */
export function makeProgramDirectories(data: string, { units }: Pick<AgentEnv, 'units'>): void {
  for (const program of ['prometheus', 'alertmanager'] as const) {
    const directory = join(data, program);
    // Not even to find it there: on a volume that is stalled that would hang, and the agent with it.
    if (!existsSync(directory)) mkdirSync(directory, { recursive: true });
    if (units) giveTop(directory, program);
  }
}
