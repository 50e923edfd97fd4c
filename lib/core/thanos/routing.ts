import type { Assignment, NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';

/** Where the query listener sends all; `other`: to neither, or to both, so a person did that. */
export type Route = 'thanos' | 'nodes' | 'other';

/**
 * What one caller knows of Thanos as a whole: a probe that any query task answered is a success. One task of two that
 * fails is the business of the load balancer, which leaves it out, and of ECS, which replaces it. One that answers and
 * asks no node is worse: the load balancer takes it for well, and its share of the queries finds nothing. So a probe is
 * a success only if no task is blind.
 */
export interface ThanosHistory {
  /** Consecutive probes that failed, and consecutive successes. */
  readonly consecutiveFailures: number;
  readonly consecutiveSuccesses: number;
  /** When the first of these hits was, ms; null after a miss, and before the first probe. */
  readonly wellSince: number | null;
}

export const NO_HISTORY: ThanosHistory = { consecutiveFailures: 0, consecutiveSuccesses: 0, wellSince: null };

/**
 * Query tasks that are registered; of them, those that answered the last probe; of these, those that ask no node, and those
 * that the load balancer has in service: a new one waits for that for minutes.
 */
export interface Tasks {
  readonly known: number;
  readonly answering: number;
  readonly blind: number;
  readonly inService: number;
}

export const thanosWell = (tasks: Pick<Tasks, 'answering' | 'blind'>): boolean =>
  tasks.answering > 0 && tasks.blind === 0;

/**
 * A node that has just come, or is back, is found by its name after up to 15 s: until then tasks that answer ask nobody, and
 * nothing is wrong. So blindness is left only after so many times the misses.
 */
const BLIND_MISSES = 5;

/** So many probes in a row have to fail before queries leave Thanos. */
export const missesToLeave = ({ answering }: Pick<Tasks, 'answering'>, { fall }: Policy['probe']): number =>
  answering > 0 ? BLIND_MISSES * fall : fall;

/** One more probe. `at` in ms, of the same clock as decideRoute's `now`. */
export function noteProbe(history: ThanosHistory, well: boolean, at: number): ThanosHistory {
  return well
    ? {
        consecutiveFailures: 0,
        consecutiveSuccesses: history.consecutiveSuccesses + 1,
        wellSince: history.wellSince ?? at,
      }
    : { consecutiveFailures: history.consecutiveFailures + 1, consecutiveSuccesses: 0, wellSince: null };
}

/** Everything a route is decided from: read first, then decided, then written. Times in ms of any one clock. */
export interface RoutingSituation {
  readonly route: Route;
  /** Since when this caller has seen the listener point there. */
  readonly routeSince: number;
  /** Whether both target groups hang on the listener. */
  readonly whole: boolean;
  readonly thanos: ThanosHistory;
  readonly tasks: Tasks;
  /** Nodes whose own Thanos query answers. */
  readonly readyNodes: readonly NodeId[];
  readonly paused: Assignment['paused'];
  readonly policy: Policy;
}

export interface RouteDecision {
  readonly route: Route;
  /** Whether the listener has to be changed to `route`. */
  readonly write: boolean;
  /** One sentence, also when nothing is done. */
  readonly because: string;
}

/**
 * Decides where queries go. To the nodes after `fall` probes that failed, and only if a node is ready; back when Thanos
 * has been well in every probe for `routing.backAfterMs` and the load balancer has a task in service, not sooner than
 * `routing.holdMs` after the last change; or at once when no node answers any more.
 */
export function decideRoute(s: RoutingSituation, now: number): RouteDecision {
  const stay = (because: string): RouteDecision => ({ route: s.route, write: false, because });
  if (s.route === 'other') {
    return stay('The query listener points to neither Thanos nor the nodes: whoever did that decides.');
  }
  const better = s.route === 'thanos' ? leaveThanos(s) : returnToThanos(s, now);
  if (better.route === s.route && s.whole) return stay(better.because);
  const wanted = better.route === s.route ? { route: s.route, because: INCOMPLETE } : better;
  if (s.paused !== null) {
    return stay(`Paused by ${s.paused.by} since ${s.paused.since}: queries stay with ${NAMES[s.route]}.`);
  }
  return { ...wanted, write: true };
}

const INCOMPLETE = 'Both target groups belong on the query listener, and one was not there.';
const NAMES = { thanos: 'Thanos', nodes: 'the nodes' } as const;

type Wanted = Pick<RouteDecision, 'route' | 'because'>;

function leaveThanos({ thanos, tasks, readyNodes, policy }: RoutingSituation): Wanted {
  const fall = missesToLeave(tasks, policy.probe);
  if (thanos.consecutiveFailures === 0) {
    const rest = tasks.answering < tasks.known ? `, by ${tasks.answering} of ${tasks.known} query tasks` : '';
    return { route: 'thanos', because: `Thanos answers${rest}.` };
  }
  if (thanos.consecutiveFailures < fall) {
    return {
      route: 'thanos',
      because: `Thanos missed ${thanos.consecutiveFailures} of ${fall} probes: not enough to act.`,
    };
  }
  const fails =
    tasks.blind > 0
      ? `${tasks.blind} of ${tasks.known} query tasks answer without asking any node`
      : `none of ${tasks.known} query tasks answered ${thanos.consecutiveFailures} probes`;
  if (readyNodes.length === 0) {
    return { route: 'thanos', because: `Thanos fails (${fails}), but no node is ready either.` };
  }
  return { route: 'nodes', because: `Queries go to the nodes (${readyNodes.join(', ')} ready): ${fails}.` };
}

function returnToThanos({ thanos, tasks, routeSince, readyNodes, policy }: RoutingSituation, now: number): Wanted {
  const { rise } = policy.probe;
  const { backAfterMs, holdMs } = policy.routing;
  const stay = (because: string): Wanted => ({ route: 'nodes', because: `${because}: queries stay with the nodes.` });
  if (thanos.wellSince === null || thanos.consecutiveSuccesses < rise) {
    if (thanos.consecutiveSuccesses === 0) return stay('Thanos does not answer');
    return stay(`Thanos answered ${thanos.consecutiveSuccesses} of ${rise} probes`);
  }
  if (readyNodes.length === 0) {
    return { route: 'thanos', because: 'Queries go through Thanos again: it answers and no node does.' };
  }
  const wellMs = now - thanos.wellSince;
  if (wellMs < backAfterMs) return stay(`Thanos has been well for ${seconds(wellMs)} of ${seconds(backAfterMs)} s`);
  if (tasks.inService === 0) return stay('Thanos answers, but the load balancer has no query task in service yet');
  // Whoever sees the route change waits from then on: two loops that see Thanos differently must not swap it at will.
  const sinceChange = now - routeSince;
  if (sinceChange < holdMs) {
    return stay(`The listener was changed ${seconds(sinceChange)} s ago, which is held for ${seconds(holdMs)} s`);
  }
  return { route: 'thanos', because: `Queries go through Thanos again: it has been well for ${seconds(wellMs)} s.` };
}

const seconds = (ms: number): string => String(Math.floor(ms / 1000));
