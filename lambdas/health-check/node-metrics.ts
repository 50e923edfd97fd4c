import type { Assignment, NodeId } from '../../lib/contract/documents/assignment';
import type { HealthCount, Probe } from '../../lib/core/failover/health';
import { hasRunOut, isWithheld } from '../../lib/core/failover/withheld';
import { nodesByGroup } from '../../lib/core/tsdb/corruption';
import { METRICS } from '../../lib/contract/metrics';
import { isOld } from '../../lib/core/trust/renewal';
import { alertingProof } from '../../lib/core/alerts/watchdog';
import type { MetricValue } from '../shared/metrics';

/** How many nodes work, whether the one that alerts does, and that somebody looked. */
export function cycleMetrics(
  nodes: ReadonlyMap<NodeId, HealthCount>,
  active: NodeId | null,
  errors: number,
): MetricValue[] {
  const healthy = (node: NodeId): number => (nodes.get(node)!.healthy ? 1 : 0);
  return [
    { metric: METRICS.activeHealthy, value: active !== null && nodes.has(active) ? healthy(active) : 0 },
    { metric: METRICS.healthyNodes, value: [...nodes.keys()].reduce((sum, node) => sum + healthy(node), 0) },
    { metric: METRICS.heartbeat, value: 1 },
    { metric: METRICS.controlErrors, value: errors },
  ];
}

/** What stands in the assignment beside who alerts. */
export const assignmentMetrics = (assignment: Assignment, now: number): MetricValue[] => [
  { metric: METRICS.paused, value: assignment.paused === null ? 0 : 1 },
  { metric: METRICS.withheld, value: isWithheld(assignment, now) ? 1 : 0 },
  { metric: METRICS.withholdingRanOut, value: hasRunOut(assignment, now) ? 1 : 0 },
];

/** Nothing when no proof is known: the alarm takes silence for what it is. */
export function watchdogMetrics(probes: ReadonlyMap<NodeId, Probe>, now: number): MetricValue[] {
  const proof = alertingProof(probes.values(), now);
  return proof === null ? [] : [{ metric: METRICS.watchdogAge, value: Math.max(0, now - proof.at) / 1000 }];
}

/** Of what nodes say of their programs; a node that says nothing is the business of other alarms. */
export function undeliveredMetrics(probes: ReadonlyMap<NodeId, Probe>): MetricValue[] {
  const nodes = [...probes.values()].filter(({ agent }) => agent?.undelivered !== undefined);
  return [{ metric: METRICS.undelivered, value: nodes.length }];
}

/** A receiver or a job for which a node has no secret is silent, and everything else of the node is well. */
export function secretMetrics(probes: ReadonlyMap<NodeId, Probe>): MetricValue[] {
  const nodes = [...probes.values()].filter(({ agent }) => agent?.lacksSecrets !== undefined);
  return [{ metric: METRICS.withoutSecrets, value: nodes.length }];
}

/** Of nodes that ask for certificates at all. */
export function certificateMetrics(probes: ReadonlyMap<NodeId, Probe>, now: number): MetricValue[] {
  const nodes = [...probes.values()].filter(({ agent }) => agent?.trust && isOld(agent.trust.until, now));
  return [{ metric: METRICS.oldCertificates, value: nodes.length }];
}

/** What nodes say of their uploads; a node that says nothing is the business of other alarms. */
export function uploadMetrics(probes: ReadonlyMap<NodeId, Probe>): MetricValue[] {
  const ages = [...probes.values()].flatMap(({ agent }) =>
    typeof agent?.uploadAgeMs === 'number' ? [Math.round(agent.uploadAgeMs / 1000)] : [],
  );
  return ages.length === 0 ? [] : [{ metric: METRICS.uploadAge, value: Math.max(...ages) }];
}

/** Of a node that does not answer nothing is known: other alarms are for that. */
export function corruptionMetrics(probes: ReadonlyMap<NodeId, Probe>): MetricValue[] {
  const known = [...probes.values()].flatMap(({ agent }) =>
    agent?.corruption === undefined ? [] : [agent.corruption],
  );
  if (known.length === 0) return [];
  return [
    { metric: METRICS.corruptedNodes, value: known.filter((corruption) => corruption.length > 0).length },
    ...[...nodesByGroup(known)].map(([corruption, value]) => ({ metric: METRICS.corruptedNodes, value, corruption })),
  ];
}

/** As nodes say it, where they look at their volumes: one that does not answer is the business of other alarms. */
export function volumeMetrics(probes: ReadonlyMap<NodeId, Probe>): MetricValue[] {
  const found = [...probes.values()].flatMap(
    ({ agent }) => agent?.volumeTrouble ?? (agent?.volumeTrouble === null ? ['none'] : []),
  );
  if (found.length === 0) return [];
  return Object.entries(METRICS.volumeTrouble).map(([trouble, metric]) => ({
    metric,
    value: found.filter((t) => t === trouble).length,
  }));
}
