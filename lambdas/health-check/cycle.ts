import { reasonOf } from '../../lib/shell/probes/prober';
import type { AskWatched } from '../../lib/shell/probes/watcher';
import type { AddressBook } from '../../lib/shell/assignment/address-book';
import { promote, type PromoteDeps } from '../../lib/shell/assignment/promote';
import type { ControlStore } from '../../lib/shell/assignment/store';
import type { Assignment, NodeId } from '../../lib/contract/documents/assignment';
import type { Policy } from '../../lib/contract/documents/policy';
import {
  countProbe,
  isAlerting,
  UNKNOWN_HEALTH,
  blindness,
  isHealthy,
  type HealthCount,
  type Probe,
} from '../../lib/core/failover/health';
import { isOutdone } from '../../lib/core/failover/late-rules';
import type { FunctionConfig } from '../shared/config';
import { probeWithBook } from '../shared/control';
import { log } from '../shared/log';
import { publish } from '../shared/metrics';
import {
  assignmentMetrics,
  cycleMetrics,
  watchdogMetrics,
  undeliveredMetrics,
  secretMetrics,
  certificateMetrics,
  uploadMetrics,
  corruptionMetrics,
  volumeMetrics,
} from './node-metrics';
import { isBeatDue } from './heartbeat';
import { sayOutcome } from './say-outcome';
import { logNodes } from './log-nodes';

/** What a cycle, and the watch beside it, need of the outside world. */
export interface CycleControl extends PromoteDeps {
  readonly ask: AskWatched;
  readonly store: Pick<ControlStore, 'readAssignment' | 'writeAssignment' | 'writeHeartbeat'>;
  readonly addresses: Pick<AddressBook, 'addresses' | 'isComplete' | 'refreshIfDue' | 'note'>;
}

/** What the loop remembers from cycle to cycle. */
export interface Counts {
  readonly nodes: ReadonlyMap<NodeId, HealthCount>;
  /** The last assignment that could be read: counted against while S3 is silent. */
  readonly assignment: Assignment | null;
  /** Of this cycle. */
  readonly probes: ReadonlyMap<NodeId, Probe>;
  /** The active node fails and this function reaches nobody who could take over; true until it knows better. */
  readonly noCandidate: boolean;
  /** When a heartbeat was last written, ms; null: not yet by this loop. */
  readonly beatAt: number | null;
}

export const NO_COUNTS: Counts = {
  nodes: new Map(),
  assignment: null,
  probes: new Map(),
  noCandidate: true,
  beatAt: null,
};

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
    probeWithBook(control, policy.probe.timeoutMs, before.assignment?.epoch ?? 0),
  ]);
  const active = assignment?.active ?? null;
  // Whose announcement is gone has not stopped being the one that must alert.
  const watched = new Set([...control.nodes, ...(active === null ? [] : [active])]);
  const nodes = new Map(
    [...watched].map((node) => {
      const probe = probes.get(node);
      const works = (one: Probe): boolean =>
        node === active ? isAlerting(one, policy) && !isOutdone(node, probes, policy) : standsBy(one, policy);
      const ok = probe !== undefined && works(probe);
      return [node, countProbe(before.nodes.get(node) ?? UNKNOWN_HEALTH, ok, policy)];
    }),
  );
  logNodes(nodes, before.nodes, probes, config);

  const consecutiveFailures = active === null ? 0 : nodes.get(active)!.consecutiveFailures;
  // The heartbeat says "I probe and can act"; a function that cannot even read the assignment must not calm the standbys.
  // Nor one that found nobody to promote: a standby that it cannot reach may then act for itself.
  // It may fail while a promotion is under way: heard at once, or Node would end the function for it.
  let { beatAt } = before;
  const now = control.now();
  const heartbeat =
    errors.length === 0 && !before.noCandidate && isBeatDue(beatAt, policy, now)
      ? beat(control, invocation).then(
          () => void (beatAt = now),
          (error: Error) => void errors.push(`heartbeat not written: ${reasonOf(error)}`),
        )
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
      sayOutcome(outcome, config);
    } catch (error) {
      errors.push(`promotion failed: ${reasonOf(error)}`);
    }
  }
  await heartbeat;

  publish(config.cluster, config.shard, [
    ...cycleMetrics(nodes, active, errors.length),
    // Of an assignment that cannot be read the last that was known.
    ...(assignment === null ? [] : assignmentMetrics(assignment, control.now())),
    ...watchdogMetrics(probes, control.now()),
    ...undeliveredMetrics(probes),
    ...secretMetrics(probes),
    ...certificateMetrics(probes, control.now()),
    ...uploadMetrics(probes),
    ...corruptionMetrics(probes),
    ...volumeMetrics(probes),
  ]);
  if (errors.length > 0) log('error', 'cycle-failed', { errors });
  return { nodes, assignment, probes, noCandidate, beatAt };
}

function beat(control: CycleControl, invocation: string): Promise<void> {
  return control.store.writeHeartbeat({ version: 1, at: new Date(control.now()).toISOString(), invocation });
}

/** Works, and could take over as far as its targets go. */
const standsBy = (probe: Probe, policy: Policy): boolean => isHealthy(probe, policy) && blindness(probe) === '';
