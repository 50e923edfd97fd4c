import type { NodeId } from '../../lib/contract/documents/assignment';
import { blindness, complaints, type HealthCount, type Probe } from '../../lib/core/failover/health';
import { latenessSaid } from '../../lib/core/failover/late-rules';
import type { FunctionConfig } from '../shared/config';
import { log } from '../shared/log';

/** Says what changed, and what is wrong while a node is missing probes; a healthy cycle is silent. */
export function logNodes(
  after: ReadonlyMap<NodeId, HealthCount>,
  before: ReadonlyMap<NodeId, HealthCount>,
  probes: ReadonlyMap<NodeId, Probe>,
  config: FunctionConfig,
): void {
  for (const [node, count] of after) {
    const probe = probes.get(node);
    const was = before.get(node);
    if (was !== undefined && was.healthy !== count.healthy) {
      log('warn', count.healthy ? 'node-healthy' : 'node-unhealthy', { node });
    }
    if (count.consecutiveFailures > 0) {
      log('info', 'probe-missed', {
        node,
        consecutiveFailures: count.consecutiveFailures,
        saw:
          probe === undefined
            ? 'no address'
            : complaints(probe, config.policy) || blindness(probe) || latenessSaid(probe) || 'gate closed',
        errors: probe?.errors ?? [],
      });
    }
  }
}
