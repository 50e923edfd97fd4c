import { reasonOf } from '../../lib/shell/probes/prober';
import type { AddressBook } from '../../lib/shell/assignment/address-book';
import { promote, type PromoteDeps } from '../../lib/shell/assignment/promote';
import type { ControlStore } from '../../lib/shell/assignment/store';
import type { Assignment, NodeId } from '../../lib/contract/documents/assignment';
import {
  complaints,
  countProbe,
  isAlerting,
  UNKNOWN_HEALTH,
  isHealthy,
  type HealthCount,
  type Probe,
} from '../../lib/core/failover/health';
import { nodesByGroup } from '../../lib/core/tsdb/groups';
import { METRICS } from '../../lib/contract/metrics';
import { alertingProof } from '../../lib/core/alerts/watchdog';
import type { FunctionConfig } from '../shared/config';
import { probeWithBook } from '../shared/control';
import { log } from '../shared/log';
import { publish, type MetricValue } from '../shared/metrics';

/** What a cycle needs of the outside world. */
export interface CycleControl extends PromoteDeps {
  readonly store: Pick<ControlStore, 'readAssignment' | 'writeAssignment' | 'writeHeartbeat'>;
  readonly addresses: Pick<AddressBook, 'isComplete' | 'refresh'>;
}

/** What the loop remembers from cycle to cycle. */
export interface Counts {
  readonly nodes: ReadonlyMap<NodeId, HealthCount>;
  /** The last assignment that could be read: counted against while S3 is silent. */
  readonly assignment: Assignment | null;
  /** The active node fails and this function reaches nobody who could take over; true until it knows better. */
  readonly noCandidate: boolean;
}

export const NO_COUNTS: Counts = { nodes: new Map(), assignment: null, noCandidate: true };

/**
 * One cycle: read everything, decide, write. Never rejects: a cycle that fails is counted and the next one comes.
 * Bounded by the longest of its parallel reads, then by one promotion.
 */
export async function runCycle(
  before: Counts,
  control: CycleControl,
  config: FunctionConfig,
  invocation: string,
): Promise<Counts> {
  const { policy } = config;
  const errors: string[] = [];
  const [assignment, probes] = await Promise.all([
    control.store.readAssignment().then(
      (read) => read?.assignment ?? null,
      (error: Error) => {
        errors.push(`assignment not read: ${reasonOf(error)}`);
        return before.assignment;
      },
    ),
    probeWithBook(control, policy.probe.timeoutMs),
  ]);
  const active = assignment?.active ?? null;
  // Whose announcement is gone has not stopped being the one that must alert.
  const watched = new Set([...control.nodes, ...(active === null ? [] : [active])]);
  const nodes = new Map(
    [...watched].map((node) => {
      const probe = probes.get(node);
      const ok = probe !== undefined && (node === active ? isAlerting(probe, policy) : isHealthy(probe, policy));
      return [node, countProbe(before.nodes.get(node) ?? UNKNOWN_HEALTH, ok, policy)];
    }),
  );
  report(nodes, before.nodes, probes, config);

  const consecutiveFailures = active === null ? 0 : nodes.get(active)!.consecutiveFailures;
  // The heartbeat says "I probe and can act"; a function that cannot even read the assignment must not calm the standbys.
  // Nor one that found nobody to promote: a standby that it cannot reach may then act for itself.
  // It may fail while a promotion is under way: heard at once, or Node would end the function for it.
  const heartbeat =
    errors.length === 0 && !before.noCandidate
      ? beat(control, invocation).catch((error: Error) => void errors.push(`heartbeat not written: ${reasonOf(error)}`))
      : Promise.resolve();
  // A loop that has just begun, or is still counting, knows no better than before.
  let noCandidate = consecutiveFailures > 0 || active === null ? before.noCandidate : false;
  if (active === null || consecutiveFailures >= policy.probe.fall) {
    try {
      const outcome = await promote(
        {
          caller: 'health-check',
          ...(active === null ? {} : { consecutiveFailures: { node: active, count: consecutiveFailures } }),
        },
        control,
      );
      noCandidate = outcome.noCandidate === true;
      log(outcome.acted ? 'warn' : 'info', outcome.acted ? 'promoted' : 'not-promoted', {
        because: outcome.because,
        epoch: outcome.assignment?.epoch ?? null,
        active: outcome.assignment?.active ?? null,
      });
      publish(config.cluster, config.shard, [{ metric: METRICS.promotions, value: outcome.acted ? 1 : 0 }]);
    } catch (error) {
      errors.push(`promotion failed: ${reasonOf(error)}`);
    }
  }
  await heartbeat;

  publish(config.cluster, config.shard, [
    ...cycleMetrics(nodes, active, errors.length),
    // Of an assignment that cannot be read the last that was known.
    ...(assignment === null ? [] : [{ metric: METRICS.paused, value: assignment.paused === null ? 0 : 1 }]),
    ...watchdogMetrics(probes, control.now()),
    ...uploadMetrics(probes),
    ...corruptionMetrics(probes),
    ...volumeMetrics(probes),
  ]);
  if (errors.length > 0) log('error', 'cycle-failed', { errors });
  return { nodes, assignment, noCandidate };
}

function beat(control: CycleControl, invocation: string): Promise<void> {
  return control.store.writeHeartbeat({ version: 1, at: new Date(control.now()).toISOString(), invocation });
}

function cycleMetrics(nodes: ReadonlyMap<NodeId, HealthCount>, active: NodeId | null, errors: number): MetricValue[] {
  const healthy = (node: NodeId): number => (nodes.get(node)!.healthy ? 1 : 0);
  return [
    { metric: METRICS.activeHealthy, value: active !== null && nodes.has(active) ? healthy(active) : 0 },
    { metric: METRICS.healthyNodes, value: [...nodes.keys()].reduce((sum, node) => sum + healthy(node), 0) },
    { metric: METRICS.heartbeat, value: 1 },
    { metric: METRICS.controlErrors, value: errors },
    ...[...nodes.keys()].map((node) => ({ metric: METRICS.nodeHealthy, value: healthy(node), node })),
  ];
}

/** Nothing when no proof is known: the alarm takes silence for what it is. */
function watchdogMetrics(probes: ReadonlyMap<NodeId, Probe>, now: number): MetricValue[] {
  const proof = alertingProof(probes.values(), now);
  return proof === null ? [] : [{ metric: METRICS.watchdogAge, value: Math.max(0, now - proof.at) / 1000 }];
}

/** What nodes say of their uploads; a node that says nothing is the business of other alarms. */
function uploadMetrics(probes: ReadonlyMap<NodeId, Probe>): MetricValue[] {
  const ages = [...probes.values()].flatMap(({ node, agent }) =>
    typeof agent?.uploadAgeMs === 'number' ? [{ node, seconds: Math.round(agent.uploadAgeMs / 1000) }] : [],
  );
  if (ages.length === 0) return [];
  const worst = Math.max(...ages.map(({ seconds }) => seconds));
  return [
    { metric: METRICS.uploadAge, value: worst },
    ...ages.map(({ node, seconds }) => ({ metric: METRICS.uploadAge, value: seconds, node })),
  ];
}

/** Of a node that does not answer nothing is known: other alarms are for that. */
function corruptionMetrics(probes: ReadonlyMap<NodeId, Probe>): MetricValue[] {
  const known = [...probes.values()].flatMap(({ agent }) =>
    agent?.corruption === undefined ? [] : [agent.corruption],
  );
  if (known.length === 0) return [];
  // The sum is always told; of a group only that there is something: the alarm takes silence for none.
  return [
    { metric: METRICS.corruptedNodes, value: known.filter((corruption) => corruption.length > 0).length },
    ...[...nodesByGroup(known)].map(([corruption, value]) => ({ metric: METRICS.corruptedNodes, value, corruption })),
  ];
}

/** As nodes say it, where they look at their volumes: one that does not answer is the business of other alarms. */
function volumeMetrics(probes: ReadonlyMap<NodeId, Probe>): MetricValue[] {
  const found = [...probes.values()].flatMap(
    ({ agent }) => agent?.volumeTrouble ?? (agent?.volumeTrouble === null ? ['none'] : []),
  );
  if (found.length === 0) return [];
  return Object.entries(METRICS.volumeTrouble).map(([trouble, metric]) => ({
    metric,
    value: found.filter((t) => t === trouble).length,
  }));
}

/** Says what changed, and what is wrong while a node is missing probes; a healthy cycle is silent. */
function report(
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
        saw: probe === undefined ? 'no address' : complaints(probe, config.policy) || 'gate closed',
        errors: probe?.errors ?? [],
      });
    }
  }
}
