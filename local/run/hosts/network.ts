import { execFileSync } from 'node:child_process';
import { UserError } from '../../../lib/contract/errors';
import type { Cleanup } from './cleanup';
import { removeResolvConf, resolvConfs, writeResolvConf } from './resolv-conf';
import { lastAddress, reservedAddresses } from './addresses';

/** Where the nodes of a local run live. */
export interface Network {
  readonly mode: 'namespaces' | 'loopback';
  /** Address at which nodes reach everything that is no node: emulator, workload, pager, functions' callers. */
  readonly hostAddress: string;
  /** Makes a host with an address; `wanted` is the private address of the deployed instance. */
  addHost(name: string, wanted: string): HostNetwork;
  /** Gives this machine the load balancer's addresses; null on loopback. */
  balancerAddresses(): readonly [string, string] | null;
  /** Whether the load balancer is at an address of these: it is taken from, or given to, this machine. */
  hasAddress(address: string, has: boolean): void;
}

export interface HostNetwork {
  readonly address: string;
  /** Of the network namespace, as `ip netns` has it; null on loopback. */
  readonly namespace: string | null;
  /** Wraps a command so that it runs on this host. */
  command(command: string, args: readonly string[]): { command: string; args: string[] };
  /** Cuts the host off from everybody, itself excepted; repair() undoes it. */
  cut(): void;
  heal(): void;
  /** It is gone, and its address free. What is not removed goes with the network. */
  remove(): void;
}

const BRIDGE = 'promha0';
const PREFIX = 'promha-';

/** Whether this user can make network namespaces; otherwise why not, for a person. */
export function namespacesAvailable(): { ok: true } | { ok: false; why: string } {
  if (process.getuid?.() !== 0) return { ok: false, why: 'not root' };
  try {
    const probe = `${PREFIX}probe`;
    if (list('ip', ['netns', 'list']).includes(probe)) ip('netns', 'del', probe);
    ip('netns', 'add', probe);
    ip('netns', 'del', probe);
    return { ok: true };
  } catch (error) {
    return { ok: false, why: (error as Error).message };
  }
}

/**
 * One bridge with the VPC's range; every host is a network namespace with the address that the deployed instance has.
 * A link that is down is what a dead or cut-off host looks like from outside: silence, not a refusal.
 */
export function namespaceNetwork(vpcCidr: string, cleanup: Cleanup): Network {
  const bits = vpcCidr.split('/')[1]!;
  const hostAddress = lastAddress(vpcCidr);
  let made = 0;
  const hosts = new Map<string, () => void>();
  removeLeftNamespaces();
  ip('link', 'add', BRIDGE, 'type', 'bridge');
  cleanup.defer('remove the bridge', () => ip('link', 'del', BRIDGE));
  // Here, not where each is made: by now whatever runs in them has been stopped.
  cleanup.defer('remove the namespaces', async () => {
    const removed = await Promise.allSettled([...hosts.values()].map(async (remove) => remove()));
    const failed = removed.flatMap((r) => (r.status === 'rejected' ? [(r.reason as Error).message] : []));
    if (failed.length > 0) throw new Error(failed.join('; '));
  });
  ip('addr', 'add', `${hostAddress}/${bits}`, 'dev', BRIDGE);
  ip('link', 'set', BRIDGE, 'up');
  return {
    mode: 'namespaces',
    hostAddress,
    balancerAddresses() {
      const addresses = reservedAddresses(hostAddress).balancer;
      for (const address of addresses) ip('addr', 'add', `${address}/${bits}`, 'dev', BRIDGE);
      return addresses;
    },
    hasAddress: (address, has) => ip('addr', has ? 'add' : 'del', `${address}/${bits}`, 'dev', BRIDGE),
    addHost(name, wanted) {
      const ns = `${PREFIX}${name}`;
      // Not by name: an interface's name has at most 15 characters.
      const outer = `promha-veth${made++}`;
      ip('netns', 'add', ns);
      hosts.set(ns, () => {
        hosts.delete(ns);
        // The link first: with the namespace it would go only when the kernel finds the time.
        ip('link', 'del', outer);
        ip('netns', 'del', ns);
        removeResolvConf(ns);
      });
      ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', ns);
      ip('link', 'set', outer, 'master', BRIDGE, 'up');
      inside(ns, 'addr', 'add', `${wanted}/${bits}`, 'dev', 'eth0');
      inside(ns, 'link', 'set', 'lo', 'up');
      inside(ns, 'link', 'set', 'eth0', 'up');
      writeResolvConf(ns, hostAddress);
      return {
        address: wanted,
        namespace: ns,
        command: (command, args) => ({ command: 'ip', args: ['netns', 'exec', ns, command, ...args] }),
        cut: () => ip('link', 'set', outer, 'down'),
        heal: () => ip('link', 'set', outer, 'up'),
        remove: () => hosts.get(ns)?.(),
      };
    },
  };
}

/** For an ordinary user: hosts are addresses of the loopback network. They cannot be cut off. */
export function loopbackNetwork(): Network {
  let next = 11;
  const impossible = (): never => {
    throw new Error('a host on loopback cannot be cut off: this needs network namespaces, that is root on Linux');
  };
  return {
    mode: 'loopback',
    hostAddress: '127.77.0.1',
    balancerAddresses: () => null,
    hasAddress: impossible,
    addHost: () => ({
      address: `127.77.0.${next++}`,
      namespace: null,
      command: (command, args) => ({ command, args: [...args] }),
      cut: impossible,
      heal: impossible,
      remove: () => {}, // its address is used once: there are enough
    }),
  };
}

/**
 * What a run that was killed left behind. Namespaces are the machine's, not the user's: one in which something runs
 * belongs to another run, perhaps with another cache directory, and is left alone.
 *
 * @throws UserError when there is such a one
 */
export function removeLeftNamespaces(): void {
  const ours = list('ip', ['netns', 'list'])
    .map((line) => line.split(' ')[0]!)
    .filter((name) => name.startsWith(PREFIX));
  const used = ours.filter((name) => list('ip', ['netns', 'pids', name]).length > 0);
  if (used.length > 0) {
    throw new UserError({
      what: 'another local system runs on this machine',
      got: `processes in the network namespaces ${used.join(', ')}`,
      expected: 'one local system at a time on a machine',
      fix: 'stop the other one with Ctrl-C in its terminal',
    });
  }
  for (const name of ours) ip('netns', 'del', name);
  for (const name of resolvConfs()) if (name.startsWith(PREFIX)) removeResolvConf(name);
  for (const line of list('ip', ['-o', 'link', 'show', 'type', 'veth'])) {
    const left = new RegExp(`^\\d+: (${PREFIX}veth\\d+)[@:]`).exec(line);
    if (left !== null) removeLink(left[1]!);
  }
  if (list('ip', ['-o', 'link', 'show', 'type', 'bridge']).some((line) => line.includes(` ${BRIDGE}:`)))
    ip('link', 'del', BRIDGE);
}

/**
 * The kernel may be removing it just now, with the namespace at its other end: `ip` then finds no such name, or the
 * kernel no longer has it by the time it is asked.
 */
function removeLink(name: string): void {
  try {
    ip('link', 'del', name);
  } catch (error) {
    if (!/Cannot find device|No such device/.test((error as Error).message)) throw error;
  }
}

function ip(...args: string[]): void {
  run('ip', args);
}
function inside(ns: string, ...args: string[]): void {
  run('ip', ['-n', ns, ...args]);
}
function list(command: string, args: string[]): string[] {
  return run(command, args).split('\n').filter(Boolean);
}
function run(command: string, args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`${command} ${args.join(' ')}: ${stderr?.trim() || message}`, { cause: error });
  }
}
