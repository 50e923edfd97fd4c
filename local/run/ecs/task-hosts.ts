import type { SecurityGroups } from '../groups/player';
import type { Routes } from '../routes/player';
import type { HostNetwork, Network } from '../hosts/network';
import { freeAddresses, lastAddress, RESERVED } from '../hosts/addresses';
import type { DeployedService } from './deployed-services';

/** Where tasks run: each has an address of its own, as its network interface has in AWS. */
export interface TaskHosts {
  take(service: DeployedService): TaskHost;
  /** No task is placed in these subnets (CIDR) from now on. Returns the addresses of those that are there. */
  avoid?(subnets: readonly string[]): readonly string[];
}

export interface TaskHost extends HostNetwork {
  /** Whether a task has to be told its address, because all share the ports of one host. */
  readonly loopback: boolean;
}

const MOST = 200;

/** A namespace for each task, in the subnet that has the fewest of its service. */
export function namespaceHosts(
  network: Network,
  groups: SecurityGroups | null = null,
  routes: Routes | null = null,
): TaskHosts {
  const taken = new Map<string, { readonly service: string; readonly subnet: string }>();
  let made = 0;
  let avoided: readonly string[] = [];
  return {
    avoid(those) {
      avoided = those;
      return [...taken].filter(([, { subnet }]) => those.includes(subnet)).map(([address]) => address);
    },
    take({ name, subnets: all, securityGroups }) {
      const subnets = all.filter((subnet) => !avoided.includes(subnet));
      const tasksIn = (subnet: string): number =>
        [...taken.values()].filter((t) => t.service === name && t.subnet === subnet).length;
      const subnet = [...subnets].sort((a, b) => tasksIn(a) - tasksIn(b))[0]!;
      const address = freeAddresses(lastAddress(subnet), RESERVED + MOST)
        .slice(RESERVED)
        .find((a) => !taken.has(a));
      if (address === undefined) throw new Error(`no address is left in ${subnet}`);
      taken.set(address, { service: name, subnet });
      const id = `task-${++made}`;
      const host = network.addHost(id, address);
      groups?.join(id, host, securityGroups);
      routes?.join({ address, groups: securityGroups });
      return {
        ...host,
        loopback: false,
        remove: () => {
          groups?.leave(id);
          host.remove();
          taken.delete(address);
        },
      };
    },
  };
}

/** On loopback a service's tasks take turns on few addresses: others know them from the start. */
export class LoopbackHosts implements TaskHosts {
  private readonly hosts = new Map<string, { readonly host: HostNetwork; busy: boolean }[]>();

  constructor(private readonly network: Network) {}

  /** Makes sure that there are so many. */
  addresses({ name, desired }: DeployedService): string[] {
    const slots = this.slotsOf(name);
    while (slots.length < desired) slots.push(this.slot(name, slots.length));
    return slots.slice(0, desired).map((s) => s.host.address);
  }

  take(service: DeployedService): TaskHost {
    this.addresses(service);
    const slots = this.slotsOf(service.name);
    let slot = slots.find((s) => !s.busy);
    if (slot === undefined) slots.push((slot = this.slot(service.name, slots.length)));
    slot.busy = true;
    const used = slot;
    return { ...slot.host, loopback: true, remove: () => void (used.busy = false) };
  }

  private slotsOf(service: string): { readonly host: HostNetwork; busy: boolean }[] {
    if (!this.hosts.has(service)) this.hosts.set(service, []);
    return this.hosts.get(service)!;
  }

  private slot(service: string, i: number): { readonly host: HostNetwork; busy: boolean } {
    return { host: this.network.addHost(`${service}-${i}`, ''), busy: false };
  }
}
