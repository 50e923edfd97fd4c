import { join } from 'node:path';
import { NODE_CONFIG } from '../../../lib/contract/documents/node-config';
import { pagerUrl } from '../deploy/overlay';
import { userDataFiles, type DeployedInstance, type Instance } from '../hosts/instance';
import { MARKS } from '../hosts/processes';
import { startOracle, writeOracleTargets } from '../reference/oracle';
import type { ReferenceInstance } from '../reference/reference-instance';
import type { Start } from '../start-options';
import type { Deployed } from './deploy-phase';
import type { Prepared } from './prepare-phase';

/** The oracle, on the targets and rules of the nodes. */
export function oracleBeside(
  start: Start,
  { tools, cluster, network, env }: Prepared,
  { bundle, deployment }: Deployed,
  instances: ReadonlyMap<string, Instance>,
): Promise<ReferenceInstance> {
  const { dir, runId, cleanup } = start;
  return start.step('oracle: one more Prometheus and Alertmanager, which nothing hurts', () =>
    startOracle({
      tools,
      bundle,
      cluster,
      address: network.hostAddress,
      pager: pagerUrl(network.hostAddress),
      nodeTargets: tellOracle(start, instances),
      prometheusFlags: alertingFlags(deployment.instances[0]!),
      env: { ...env, [MARKS.run]: runId },
      dir: join(dir, 'oracle'),
      cleanup,
      onEvent: start.onEnd,
    }),
  );
}

/** Writes down which nodes the oracle watches, and returns where. */
export function tellOracle({ dir }: Start, instances: ReadonlyMap<string, Instance>): string {
  return writeOracleTargets(
    join(dir, 'oracle', 'nodes'),
    [...instances.values()].map((i) => ({ node: i.deployed.node, address: i.address })),
  );
}

/** The oracle evaluates and repeats as the nodes do, by their deployed settings. */
export function alertingFlags(instance: DeployedInstance): string[] {
  const file = '/etc/prometheus-ha/node.json';
  const { prometheus } = NODE_CONFIG.parse(userDataFiles(instance.userData).get(file)!, file);
  return [`--rules.alert.resend-delay=${prometheus.resendDelay}`, '--rules.alert.for-grace-period=0s'];
}
