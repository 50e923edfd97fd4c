import { PORTS } from '../../lib/contract/ports';
import { whyNotInside, type MayBeAsked } from '../shared/inside-vpc';

/**
 * What promha asks, by port: of nodes, of Thanos, and of the load balancer, whose port is Prometheus's. Everything is read;
 * nothing that a GET could change is among it.
 */
const PATHS: MayBeAsked = {
  [PORTS.prometheus]: ['/-/ready', '/api/v1/'],
  [PORTS.agent]: ['/v1/status', '/v1/held'],
  [PORTS.thanosHttp]: ['/-/ready', '/api/v1/'],
};

/** Security groups of the functions and of what they ask have to let these through. */
export const RELAYED_PORTS: readonly number[] = Object.keys(PATHS).map(Number);

/** Why the relay does not ask this; null: it does. */
export const whyNotAsked = (url: string): string | null => whyNotInside(url, PATHS);
