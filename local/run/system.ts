import { join } from 'node:path';
import { ENV } from '../../lib/contract/environment';
import { controlActions } from './actions/actions';
import { carryOutOrders } from './actions/carry-out';
import type { Cleanup } from './hosts/cleanup';
import { serveControl } from './actions/control-api';
import { deploy } from './phases/deploy-phase';
import { prepare } from './phases/prepare-phase';
import type { System } from './parts';
import { runNodes } from './phases/run-phase';
import { newStart } from './new-start';
import type { SystemOptions } from './start-options';

/** Brings the deployed system up on this machine. When it rejects, the caller runs `cleanup`. */
export async function startSystem(options: SystemOptions, cleanup: Cleanup, dir: string): Promise<System> {
  const { start, state } = newStart(options, cleanup, dir);
  // Only afterwards: it looks for another system by this file.
  const prepared = await prepare(start);
  start.save({ teeth: options.teeth });
  const deployed = await deploy(start, prepared);
  start.save({ controlBucket: deployed.deployment.functions[0]!.environment[ENV.controlBucket]! });
  const running = await runNodes(start, prepared, deployed);
  const socket = join(dir, 'control.sock');
  const system: System = {
    ...running,
    start,
    prepared,
    deployed,
    network: prepared.network,
    get state() {
      return state();
    },
  };
  const control = await serveControl(socket, controlActions(system));
  cleanup.defer('close the control socket', () => control.close());
  carryOutOrders(system);
  start.save({ socket });
  return system;
}
