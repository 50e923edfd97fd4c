import type { NodeId } from '../../lib/contract/documents/assignment';
import type { Probe } from '../../lib/core/failover/health';

/** By node: what its volume suffers from, where another one would help. A full one is not replaced: the new one would be as full. */
export function replaceable(probes: ReadonlyMap<NodeId, Probe>): ReadonlyMap<NodeId, string> {
  return new Map(
    [...probes].flatMap(([node, { agent }]) => {
      const trouble = agent?.volumeTrouble ?? null;
      return trouble === null || trouble === 'full' ? [] : [[node, trouble] as const];
    }),
  );
}
