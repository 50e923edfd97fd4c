import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { LOCAL_CREDENTIALS } from '../deploy/read-back';
import { reservedAddresses } from '../hosts/addresses';
import type { System } from '../parts';
import type { Action } from './control-api';

type Body = Readonly<Record<string, unknown>>;

/**
 * A whole zone: its nodes are off, the load balancer's node there is gone, tasks end and none is placed there, and every
 * execution of a function breaks off, as though all had been there; the next one runs in another zone.
 */
export function zoneActions(
  system: System,
  timed: (act: (body: Body) => unknown) => Action,
): Readonly<Record<string, Action>> {
  const { instances, network, controlPlane, ecs, state } = system;
  const nodesIn = (zone: string) => [...instances.values()].filter(({ deployed }) => deployed.zone === zone);
  // The first one's: it connects to targets from the other.
  const balancerNode = reservedAddresses(network.hostAddress).balancer[1];
  return {
    'lose-zone': timed(async ({ zone }) => {
      const subnets = await subnetsOf(system, String(zone));
      network.hasAddress(balancerNode, false);
      await Promise.all([
        ...nodesIn(String(zone)).map((instance) => instance.powerOff(state.mode)),
        ecs?.lose(subnets),
        controlPlane.breakOff(),
      ]);
    }),
    'restore-zone': timed(async ({ zone }) => {
      network.hasAddress(balancerNode, true);
      await ecs?.lose([]);
      for (const instance of nodesIn(String(zone))) instance.powerOn(state.mode);
    }),
  };
}

/** CIDRs. @throws Error when there are none */
async function subnetsOf({ state: { endpoint, region } }: System, zone: string): Promise<string[]> {
  const ec2 = new EC2Client({ endpoint, region, credentials: LOCAL_CREDENTIALS });
  try {
    const filter = { Name: 'availability-zone', Values: [zone] };
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters: [filter] }));
    if (Subnets.length === 0) throw new Error(`no subnet is in the zone ${zone}`);
    return Subnets.map(({ CidrBlock }) => CidrBlock!);
  } finally {
    ec2.destroy();
  }
}
