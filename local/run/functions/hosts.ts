import type { SecurityGroups } from '../groups/player';
import { freeAddresses } from '../hosts/addresses';
import type { HostNetwork, Network } from '../hosts/network';
import type { DeployedFunction } from './function';

/** Behind the addresses that the local run keeps for itself. */
const [FIRST, MOST] = [8, 16];

/** Gives each function a namespace and an address, as its network interface has in AWS, under its security groups. */
export function functionHosts(
  network: Network,
  groups: SecurityGroups,
): (deployed: DeployedFunction) => HostNetwork | undefined {
  const free = freeAddresses(network.hostAddress, FIRST + MOST).slice(FIRST);
  return ({ name, securityGroups = [] }) => {
    const address = free.shift();
    // Without one it runs as nothing's member: its probes would fail, and say so.
    if (address === undefined) throw new Error(`no address is left for the function ${name}`);
    const host = network.addHost(`fn-${FIRST + MOST - free.length}`, address);
    groups.join(name, host, securityGroups);
    return host;
  };
}
