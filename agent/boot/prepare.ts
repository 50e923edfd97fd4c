import type { NodeConfig } from '../../lib/core/node-documents';
import type { AgentEnv } from '../env';
import type { Identity } from '../identity';
import type { Log } from '../log';
import type { Paths } from '../paths';

/** Makes the machine ready: the data volume mounted, the programs in place. Does only what is missing. */
export async function prepareMachine(
  config: NodeConfig,
  env: AgentEnv,
  paths: Paths,
  identity: Identity,
  log: Log,
): Promise<{ volumeId: string | null }> {
  void [config, env, paths, identity, log];
  return { volumeId: null };
}
