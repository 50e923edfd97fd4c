import { join } from 'node:path';
import { EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { watchChanges } from '../deploy/change-watch';
import { Growth } from '../deploy/growth';
import { LOCAL_CREDENTIALS, readControlPlane, readFunctionNames, readInstances } from '../deploy/read-back';
import { RollingUpdate } from '../deploy/rolling-update';
import type { ControlPlane } from '../functions/control-plane';
import type { DeployedInstance } from '../hosts/instance';
import type { Start } from '../start-options';
import type { Booted } from './boot-phase';
import type { Deployed } from './deploy-phase';
import type { Prepared } from './prepare-phase';

/** What a further `cdk deploy` brings about. */
export interface Updates {
  readonly rolling: RollingUpdate;
  readonly growth: Growth;
}

/** From now on nodes and functions follow what is deployed; `onNodes` is told when nodes came or were replaced. */
export function followDeploys(
  start: Start,
  { cluster, region }: Prepared,
  { endpoint, fetchObject, sessions }: Deployed,
  { instances, make }: Booted,
  controlPlane: ControlPlane,
  onNodes: () => void,
): Updates {
  const client = { endpoint, region, credentials: LOCAL_CREDENTIALS };
  const read = async (): Promise<readonly DeployedInstance[]> =>
    (await readInstances(new EC2Client(client), { cluster, region })).instances;
  const rolling = new RollingUpdate({
    instances,
    read,
    replace: async (id) => {
      await new EC2Client(client).send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    },
    make,
    onReplaced: onNodes,
    onEvent: (what) => start.onEvent(`rolling update: ${what}`),
  });
  const whole = { cluster, region, endpoint, dir: join(start.dir, 'functions'), fetchObject, sessions };
  const growth = new Growth({
    instances,
    read,
    readRest: () => readControlPlane(whole),
    functionNames: () => readFunctionNames(whole),
    make,
    controlPlane,
    onGrown: onNodes,
    onEvent: (what) => start.onEvent(`deployed: ${what}`),
  });
  const watch = watchChanges(
    endpoint,
    async () => {
      await rolling.refresh();
      await growth.refresh();
    },
    (error) => start.onEvent(`! what was deployed could not be read: ${error.message}`),
  );
  start.cleanup.defer('stop the rolling update', async () => {
    await watch.stop();
    await rolling.stop();
  });
  return { rolling, growth };
}
