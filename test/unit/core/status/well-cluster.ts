import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import { reportStatus, type StatusReport } from '../../../../lib/core/status/status';
import type { ClusterView } from '../../../../lib/core/status/cluster-view';
import { anAnnouncement, anAssignment, aProbe, type ProbeChanges } from '../../../fixtures/builders';

export const T = Date.UTC(2026, 0, 1, 3);
export const ago = (ms: number): string => new Date(T - ms).toISOString();

/** Of `a`, which alerts, and `b`, which could; all is well. */
export const view = (over: Partial<ClusterView> = {}): ClusterView => ({
  cluster: 'c',
  shard: 0,
  nodes: ['a', 'b'],
  assignment: anAssignment({ epoch: 7, reason: 'The first one.', since: ago(9e6), at: ago(9e6) }),
  heartbeatAt: ago(1_000),
  announcements: new Map(
    ['a', 'b'].map((node) => [
      node,
      anAnnouncement(node, { volumeId: `vol-${node}`, at: ago(1_000), agentStartedAt: ago(9e6) }),
    ]),
  ),
  probes: new Map(
    ['a', 'b'].map((node) => [
      node,
      aProbe(node, { at: T, agent: { appliedEpoch: 7, gateOpen: node === 'a', watchdogAt: T - 3_000 } }),
    ]),
  ),
  complaints: new Map(),
  quarantine: new Map(),
  remedies: [],
  queries: null,
  profiles: new Map([
    ['a', 'normal'],
    ['b', 'normal'],
  ]),
  policy: DEFAULT_POLICY,
  insteadBecause: null,
  ...over,
});

export const report = (over: Partial<ClusterView> = {}): StatusReport => reportStatus(view(over), T);

/** The probes of that cluster, one of them changed; null: that node was not probed. */
export function probes(node: string, change: ProbeChanges | null): ClusterView['probes'] {
  const all = new Map(view().probes);
  all.delete(node);
  const { agent, ...before } = view().probes.get(node)!;
  if (change !== null)
    all.set(
      node,
      aProbe(node, { ...before, ...change, agent: change.agent === null ? null : { ...agent, ...change.agent } }),
    );
  return all;
}

/** Its announcements, the agent of `b` having started just so long ago. */
export const startedAgo = (ms: number): ClusterView['announcements'] =>
  new Map([...view().announcements, ['b', anAnnouncement('b', { agentStartedAt: ago(ms) })]]);
