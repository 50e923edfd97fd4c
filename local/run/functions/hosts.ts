import type { SecurityGroups } from '../groups/player';
import { reservedAddresses } from '../hosts/addresses';
import type { HostNetwork, Network } from '../hosts/network';
import type { Routes } from '../routes/player';
import type { DeployedFunction } from './function';

/** Gives each function a namespace and an address, as its network interface has in AWS, under its security groups. */
export function functionHosts(
  network: Network,
  groups: SecurityGroups,
  routes: Routes | null,
): (deployed: DeployedFunction) => HostNetwork | undefined {
  const free = [...reservedAddresses(network.hostAddress).functions];
  let made = 0;
  return ({ name, securityGroups = [], subnets = [] }) => {
    const address = free.shift();
    // Without one it runs as nothing's member: its probes would fail, and say so.
    if (address === undefined) throw new Error(`no address is left for the function ${name}`);
    const host = network.addHost(`fn-${++made}`, address);
    groups.join(name, host, securityGroups);
    routes?.join({ address, subnets, groups: securityGroups });
    return host;
  };
}
