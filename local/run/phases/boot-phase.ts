import { join } from 'node:path';
import { EC2Client } from '@aws-sdk/client-ec2';
import type { DeployedInstance, Instance } from '../hosts/instance';
import { makeInstance, saveNodes } from '../hosts/make-instance';
import { LOCAL_CREDENTIALS } from '../deploy/read-back';
import type { Start } from '../start-options';
import { toolDir } from '../tool-dir';
import type { VolumePlayer } from '../volumes/player';
import { directorySlots, type DeviceSlots } from '../volumes/slots';
import { startVolumes } from '../volumes/start';
import type { Deployed } from './deploy-phase';
import type { Prepared } from './prepare-phase';

/** The machines of the deployed instances, by node. */
export interface Booted {
  readonly instances: Map<string, Instance>;
  /** A machine for an instance that comes later. */
  readonly make: (deployed: DeployedInstance) => Instance;
  /** null where data are in plain directories. */
  readonly volumes: VolumePlayer | null;
}

/** Makes a machine for each deployed instance, with its volume, and boots them. */
export async function bootNodes(
  start: Start,
  prepared: Prepared,
  deployed: Deployed,
  onLine: (source: string, line: string) => void,
): Promise<Booted> {
  const { mkfs, cluster, region } = prepared;
  const { deployment, endpoint } = deployed;
  const binDir = nodeTools(start, prepared);
  const make = (d: DeployedInstance): Instance => makeInstance(d, start, prepared, deployed, binDir, onLine);
  const instances = new Map(deployment.instances.map((d) => [d.node, make(d)]));
  // Before the nodes in the order of starting, after them in that of stopping: they use what this takes away.
  const volumes =
    mkfs === null
      ? null
      : await start.step('volumes, from the deployed ones', () => {
          const ec2 = new EC2Client({ endpoint, region, credentials: LOCAL_CREDENTIALS });
          return startVolumes(start, { ec2, endpoint, cluster, mkfs }, slotsOf(instances));
        });
  start.cleanup.defer('stop the nodes', async () => {
    await Promise.all([...instances.values()].map((instance) => instance.stop()));
  });
  saveNodes(start, instances);
  await start.step(`nodes: ${[...instances.keys()].join(', ')}`, () =>
    Promise.all([...instances.values()].map((i) => i.boot())),
  );
  return { instances, make, volumes };
}

const slotsOf =
  (instances: ReadonlyMap<string, Instance>) =>
  (id: string): DeviceSlots | null => {
    const found = [...instances.values()].find((i) => i.deployed.instanceId === id);
    return found === undefined ? null : directorySlots(found.deviceDir);
  };

/** A directory with the programs that nodes find in their path. */
function nodeTools({ dir }: Start, { tools, thanos, mkfs }: Prepared): string {
  const { prometheus, promtool, alertmanager, amtool } = tools;
  return toolDir(join(dir, 'bin'), {
    prometheus,
    promtool,
    alertmanager,
    amtool,
    ...(thanos === null ? {} : { thanos }),
    ...(mkfs === null ? {} : { 'mkfs.xfs': mkfs }),
  });
}
