import { ANSWERS_CLIENTS_PATH } from '../../../contract/documents/agent-status';
import { PORTS } from '../../../contract/ports';
import type { Cluster } from '../../config/cluster';

/** Where a node answers clients, and where the load balancer asks whether it does. */
export interface NodeTarget {
  readonly port: number;
  readonly healthPort: number;
  readonly healthPath: string;
}

/**
 * The node's own Thanos query, which only reads; its agent says whether it answers. A machine that cannot have Thanos has
 * nothing to put in front of its Prometheus: that is no deployment, but the local run while Thanos is being built.
 */
export const nodeTarget = (thanos: Cluster['thanos']): NodeTarget =>
  thanos === null
    ? { port: PORTS.prometheus, healthPort: PORTS.prometheus, healthPath: '/-/ready' }
    : { port: PORTS.nodeQuery, healthPort: PORTS.agent, healthPath: ANSWERS_CLIENTS_PATH };
