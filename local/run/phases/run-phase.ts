import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { BALANCER_PORTS, PORTS } from '../../../lib/contract/ports';
import type { ControlPlane } from '../functions/control-plane';
import type { EcsPlayer } from '../ecs/player';
import { describeLine } from '../events';
import type { Instance } from '../hosts/instance';
import { saveNodes } from '../hosts/make-instance';
import { ORACLE_PORT } from '../reference/oracle';
import type { ReferenceInstance } from '../reference/reference-instance';
import type { Start } from '../start-options';
import type { VolumePlayer } from '../volumes/player';
import { WORKLOAD_PORTS } from '../workload';
import { bootNodes } from './boot-phase';
import type { Deployed } from './deploy-phase';
import { startFunctions } from './functions-phase';
import { startManaged, startServices } from './managed-phase';
import { oracleBeside, tellOracle } from './oracle-phase';
import { BALANCER_HOST, type Prepared } from './prepare-phase';
import { followDeploys, type Updates } from './updates-phase';

export interface RunningParts extends Updates {
  readonly instances: ReadonlyMap<string, Instance>;
  readonly controlPlane: ControlPlane;
  readonly oracle: ReferenceInstance;
  /** null on a machine without Thanos. */
  readonly ecs: EcsPlayer | null;
  /** null where data are in plain directories. */
  readonly volumes: VolumePlayer | null;
}

/** Starts what was deployed: instances, functions with their triggers, the load balancer; and the oracle beside it. */
export async function runNodes(start: Start, prepared: Prepared, deployed: Deployed): Promise<RunningParts> {
  const onLine = (source: string, line: string): void => {
    appendFileSync(join(start.dir, 'logs', `${source}.jsonl`), `${line}\n`);
    const described = describeLine(source, line, start.verbose);
    if (described !== null) start.onEvent(described.text, described);
  };
  const booted = await bootNodes(start, prepared, deployed, onLine);
  const { instances, volumes } = booted;
  const services = await start.step(
    prepared.thanos === null
      ? 'names'
      : 'names, and Thanos from the deployed ECS services: query, store gateway, compactor',
    () => startServices(start, prepared, deployed, instances),
  );
  const controlPlane = await startFunctions(start, prepared, deployed, onLine);
  const { ecs, baselineSocket } = await start.step('load balancer: HAProxy, from the deployed NLB', () =>
    startManaged(start, prepared, deployed, instances, services),
  );
  const oracle = await oracleBeside(start, prepared, deployed, instances);
  const updates = followDeploys(start, prepared, deployed, booted, controlPlane, () => {
    saveNodes(start, instances);
    tellOracle(start, instances);
  });
  saveUrls(start, prepared.network.hostAddress, baselineSocket);
  return { instances, controlPlane, oracle, ecs, volumes, ...updates };
}

/** Where people and drills find what runs. */
function saveUrls(start: Start, host: string, haproxySocket: string): void {
  start.save({
    haproxySocket,
    urls: {
      'load balancer': `http://${BALANCER_HOST}:${BALANCER_PORTS.queries}`,
      'nodes directly': `http://${BALANCER_HOST}:${BALANCER_PORTS.direct}`,
      oracle: `http://${host}:${ORACLE_PORT}`,
      'oracle alertmanager': `http://${host}:${PORTS.gate}`,
      'trade engine': `http://${host}:${WORKLOAD_PORTS.tradeEngine}`,
      pager: `http://${host}:${WORKLOAD_PORTS.pager}/notifications`,
    },
  });
}
