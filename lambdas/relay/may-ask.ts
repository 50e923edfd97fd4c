import { BlockList, isIPv4 } from 'node:net';
import { PORTS } from '../../lib/contract/ports';

/**
 * What promha asks, by port: of nodes, of Thanos, and of the load balancer, whose port is Prometheus's. Everything is read;
 * nothing that a GET could change is among it.
 */
const PATHS: Readonly<Record<number, readonly string[]>> = {
  [PORTS.prometheus]: ['/-/ready', '/api/v1/'],
  [PORTS.agent]: ['/v1/status', '/v1/held'],
  [PORTS.thanosHttp]: ['/-/ready', '/api/v1/'],
};

/** Security groups of the functions and of what they ask have to let these through. */
export const RELAYED_PORTS: readonly number[] = Object.keys(PATHS).map(Number);

/** Addresses that a VPC can have: RFC 1918 and 6598. Neither Lambda's own of this machine nor the metadata service. */
const vpc = new BlockList();
for (const [address, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
] as const) {
  vpc.addSubnet(address, bits);
}

/** Why the relay does not ask this; null: it does. */
export function whyNotAsked(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== 'http:' || url.username !== '') return 'not a plain http:// URL';
  if (!isIPv4(url.hostname) || !vpc.check(url.hostname)) return 'not an address inside a VPC';
  const paths = PATHS[Number(url.port)];
  if (paths === undefined) return `not one of the ports ${RELAYED_PORTS.join(', ')}`;
  const isKnown = paths.some((path) => (path.endsWith('/') ? url.pathname.startsWith(path) : url.pathname === path));
  return isKnown ? null : `not one of the paths ${paths.join(', ')}`;
}
