import { reasonOf } from '../../lib/shell/probes/prober';
import type { RouteBook } from '../../lib/shell/aws/route-book';
import type { TaskProbe } from '../../lib/shell/probes/thanos-prober';
import type { Assignment, NodeId } from '../../lib/contract/documents/assignment';
import { METRICS } from '../../lib/contract/metrics';
import {
  decideRoute,
  missesToLeave,
  noteProbe,
  NO_HISTORY,
  thanosWell,
  type Route,
  type ThanosHistory,
} from '../../lib/core/thanos/routing';
import type { FunctionConfig } from '../shared/config';
import { probeWithBook, type Control } from '../shared/control';
import { log } from '../shared/log';
import { publish } from '../shared/metrics';
import { isTimeToAsk, probeTasks } from '../shared/thanos-look';

/** What the loop remembers from cycle to cycle. Times in ms of the clock that cycles are given. */
export interface RoutingState {
  readonly thanos: ThanosHistory;
  /** When the load balancer and the control bucket were asked last. */
  readonly askedAt: number | null;
  /** Thanos fails, and has not failed often enough to act. */
  readonly undecided: boolean;
  /** Nothing to do until something changes, which health-check sees. */
  readonly rests: boolean;
  /** As the assignment said last: kept while S3 is silent. */
  readonly paused: Assignment['paused'];
}

export const FIRST: RoutingState = { thanos: NO_HISTORY, askedAt: null, undecided: false, rests: false, paused: null };

export interface RoutingOutcome {
  /** Whether this cycle changed the listener. */
  readonly acted: boolean;
  readonly because: string;
  /** Where the listener points now; null when nobody ever said. */
  readonly route: Route | null;
}

/**
 * One cycle: read everything, decide, write. Never rejects: what fails is counted, and the next cycle tries again.
 * The load balancer, the control bucket and the nodes are asked when it matters: after a miss, and while queries do not
 * go through Thanos.
 */
export async function runRouteCycle(
  before: RoutingState,
  book: RouteBook,
  control: Control,
  config: FunctionConfig,
  now: number,
): Promise<{ state: RoutingState; outcome: RoutingOutcome }> {
  const errors: string[] = [];
  const attempt = <T>(what: string, work: Promise<T>): Promise<T | undefined> =>
    work.catch((error: Error) => void errors.push(`${what}: ${reasonOf(error)}`));

  const asks = isTimeToAsk(before, book, now);
  const reading = asks
    ? Promise.all([
        attempt('load balancer not read', book.refresh(now)),
        attempt('assignment not read', control.store.readAssignment()),
        readyNodes(control, config),
      ])
    : undefined;
  // Known tasks are probed without waiting for the API.
  if (book.tasks === null) await reading;
  const { probes, tasks } = await probeTasks(book, config.policy.probe.timeoutMs);
  const read = await reading;
  const assignment = read?.[1];
  const paused = assignment === undefined ? before.paused : (assignment?.assignment.paused ?? null);
  // Nobody ever said where the tasks are: that is no miss of theirs.
  const thanos = book.tasks === null ? before.thanos : noteProbe(before.thanos, thanosWell(tasks), now);
  const outcome = await act();
  const misses = missesToLeave(tasks, config.policy.probe);
  report(probes, thanos, outcome, misses);
  publish(config.cluster, config.shard, [{ metric: METRICS.controlErrors, value: errors.length }]);
  if (errors.length > 0) log('error', 'cycle-failed', { errors });
  const { consecutiveFailures: n } = thanos;
  const undecided = n > 0 && n < misses;
  const isWell = n === 0 && book.tasks !== null && book.route?.route === 'thanos' && book.route.whole;
  const rests = isWell || paused !== null || book.route?.route === 'other';
  return { state: { thanos, askedAt: asks ? now : before.askedAt, undecided, rests, paused }, outcome };

  async function act(): Promise<RoutingOutcome> {
    const at = book.route;
    if (at === null) return { acted: false, because: 'The load balancer never said where queries go.', route: null };
    const decision = decideRoute(
      {
        route: at.route,
        routeSince: at.since,
        whole: at.whole,
        thanos,
        tasks,
        readyNodes: read?.[2] ?? [],
        paused,
        policy: config.policy,
      },
      now,
    );
    if (!decision.write || decision.route === 'other') {
      return { acted: false, because: decision.because, route: at.route };
    }
    const done = await attempt(
      'listener not changed',
      book.point(decision.route, now).then(() => true),
    );
    if (done) return { acted: true, because: decision.because, route: decision.route };
    return { acted: false, because: `${decision.because} But the listener could not be changed.`, route: at.route };
  }
}

/** Nodes that could answer queries now: their own Thanos query answers one and finds a sidecar. */
async function readyNodes(control: Control, config: FunctionConfig): Promise<NodeId[]> {
  const probes = await probeWithBook(control, config.policy.probe.timeoutMs);
  return [...probes.values()].filter((p) => p.agent?.answersClients === true).map((p) => p.node);
}

/** Says what changed and what is wrong; a cycle in which all is well is silent, and one of a long outage almost. */
function report(probes: readonly TaskProbe[], thanos: ThanosHistory, outcome: RoutingOutcome, fall: number): void {
  const failing = probes.filter((p) => p.error !== null || p.blind);
  if (thanos.consecutiveFailures > fall && outcome.route === 'nodes' && !outcome.acted) return;
  if (thanos.consecutiveFailures > 0 || failing.length > 0) {
    log('info', 'probe-missed', {
      of: 'Thanos query',
      consecutiveFailures: thanos.consecutiveFailures,
      errors: failing.map((p) => `${p.task.address}:${p.task.port}: ${p.error ?? 'asks no node'}`),
    });
  }
  if (outcome.acted) log('warn', 'queries-rerouted', { to: outcome.route, because: outcome.because });
  else if (thanos.consecutiveFailures > 0 || outcome.route !== 'thanos') {
    log('info', 'route-kept', { route: outcome.route, because: outcome.because });
  }
}
