import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployed } from '../phases/deploy-phase';
import { Instance, type DeployedInstance } from './instance';
import { LAMBDA_API_PORT } from '../functions/lambda-api';
import type { Prepared } from '../phases/prepare-phase';
import type { Start } from '../start-options';

/**
 * A machine for a deployed instance. What an earlier one of that node left goes, but for its data: the volume's, or those
 * in the directory that stands in for it.
 */
export function makeInstance(
  d: DeployedInstance,
  start: Start,
  { network, env, mkfs, tools }: Prepared,
  { endpoint, fetchObject, sessions, groups, routes }: Deployed,
  binDir: string,
  onLine: (source: string, line: string) => void,
): Instance {
  const dir = join(start.dir, 'nodes', d.node);
  for (const root of ['etc', 'opt', 'state', 'by-id']) rmSync(join(dir, root), { recursive: true, force: true });
  const host = network.addHost(d.node, d.privateAddress);
  return new Instance(d, {
    dir,
    runId: start.runId,
    host,
    metadataHost: network.hostAddress,
    env: {
      ...env,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ENDPOINT_URL_LAMBDA: `http://${network.hostAddress}:${LAMBDA_API_PORT}`,
      PROMHA_BIN_DIR: binDir,
      ...(mkfs === null ? {} : { PATH: `${binDir}:${env.PATH}` }),
      // On loopback all nodes share 127.0.0.1: each gate takes its node's address instead.
      ...(network.mode === 'loopback' ? { PROMHA_GATE_ADDRESS: host.address } : {}),
    },
    node: tools.node.path,
    volumes: mkfs !== null,
    fetchObject,
    ...(start.mistaken === undefined ? {} : { mistaken: start.mistaken }),
    beforeAgent: () => {
      groups?.join(d.node, host, d.securityGroups);
      routes?.join({ address: host.address, groups: d.securityGroups });
      return sessions({ instanceProfile: d.instanceProfile }, d.instanceId);
    },
    onLine,
    onEvent: (node, what) => start.onEvent(`${node}: ${what}`),
  });
}

/** Where others find the nodes. */
export function saveNodes(start: Start, instances: ReadonlyMap<string, Instance>): void {
  const all = [...instances.values()].map((i) => ({
    shard: i.deployed.shard,
    node: i.deployed.node,
    instanceId: i.deployed.instanceId,
    address: i.address,
    zone: i.deployed.zone,
    dir: i.dir,
  }));
  start.save({ nodes: all.filter(({ shard }) => shard === 0), others: all.filter(({ shard }) => shard > 0) });
}
