import type { Assignment, KnownPause, NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';
import { promoted, type Promotion } from './promoted';
import { isSilentToAll } from './silence';
import { withholding } from './withheld';
import { type Situation, candidates, isServing, highestApplied, explain, explainNodes } from './candidates';

export type PromotionDecision =
  /** `because` is one sentence, also when nothing is done. */
  | {
      readonly kind: 'none';
      readonly because: string;
      /** The active node fails and nobody whom this caller reaches could take over: others may know better. */
      readonly noCandidate?: true;
    }
  | { readonly kind: 'promote'; readonly next: Assignment; readonly because: string };

/**
 * Decides whether another node shall alert. `now` in ms since the Unix epoch.
 *
 * Acts only on an active node that does not serve (`fall` misses, silence to everybody, or its own agent's word), gives
 * alerting only to an eligible node, never fails back by itself, and damps flapping by delay, not by refusal.
 */
export function decidePromotion(s: Situation, now: number): PromotionDecision {
  const { assignment, policy } = s;
  const none = (because: string, noCandidate = false): PromotionDecision =>
    noCandidate ? { kind: 'none', because, noCandidate } : { kind: 'none', because };

  const applied = highestApplied(s);
  const pause = forgottenPause(s);
  if (pause !== null) return pauseAnew(s, pause, now);
  if (assignment === null) {
    const first = candidates(s)[0];
    if (first === undefined) return none(`Nobody alerts yet and no node can: ${explainNodes(s)}.`, true);
    return promote(s, first, `${first} alerts: it is the first node that is ready and scraping.`, now);
  }
  const { active } = assignment;
  if (assignment.paused !== null) {
    return none(`Paused by ${assignment.paused.by} since ${assignment.paused.since}: ${active} keeps alerting.`);
  }

  const alerting = s.nodes.filter((node) => isServing(s, node));
  if (applied > assignment.epoch) {
    // Nobody follows what stands there, so its misses mean nothing: it is written anew at once.
    const who = alerting.includes(active) ? active : (alerting[0] ?? candidates(s)[0]);
    const because = `the bucket went back to epoch ${assignment.epoch}, nodes know ${applied}.`;
    if (who === undefined) return none(`No node can take over: ${explainNodes(s)}; ${because}`, true);
    return promote(s, who, `${who} alerts; ${because}`, now);
  }
  // A fresh answer outweighs a report of an exit: reports can be late or come twice.
  if (isServing(s, active)) {
    return none(`${active} alerts and answers: ready, scraping, gate open.`);
  }
  const exited = s.exited === active;
  const silent = isSilentToAll(s);
  const consecutiveFailures = s.consecutiveFailures?.node === active ? s.consecutiveFailures.count : 0;
  if (!exited && !silent && consecutiveFailures < policy.probe.fall) {
    return none(
      `${active} missed ${consecutiveFailures} of ${policy.probe.fall} probes (${explain(s, active)}): not enough to act.`,
    );
  }

  const next = candidates(s).find((node) => node !== active);
  const cause = exited
    ? 'its Prometheus exited'
    : silent
      ? `${explain(s, active)}, to nobody for ${(s.silence!.forMs / 1000).toFixed(1)} s`
      : `${explain(s, active)} in ${consecutiveFailures} probes`;
  if (next === undefined) {
    return none(`${active} fails (${cause}), but no other node can take over: ${explainNodes(s)}.`, true);
  }
  const wait = dampedForMs(assignment, policy, now);
  if (wait > 0) {
    return none(
      `${active} fails (${cause}), but alerting moved ${assignment.promotions.length} times lately: ` +
        `waiting ${Math.ceil(wait / 1000)} s more before ${next} takes over.`,
    );
  }
  return promote(s, next, `${next} took over from ${active}: ${cause}.`, now);
}

/** How long flapping still delays a promotion, ms; 0 when it does not. */
export function dampedForMs(assignment: Assignment, policy: Policy, now: number): number {
  const { windowMs, free, holdDownMs } = policy.flapping;
  const times = assignment.promotions.map((t) => Date.parse(t));
  // Distances, not differences: a writer's clock that ran ahead must not delay us by its whole error.
  const recent = times.filter((t) => Math.abs(now - t) < windowMs);
  if (recent.length < free) return 0;
  const last = Math.min(...recent.map((t) => Math.abs(now - t)));
  return Math.max(0, holdDownMs - last);
}

/** The pause that nodes know and the bucket forgot: it was deleted, or put back to an older version. */
function forgottenPause(s: Situation): KnownPause | null {
  const epoch = highestApplied(s);
  if (epoch <= (s.assignment?.epoch ?? 0)) return null;
  // One that does not say so may be of an older version: anybody's word counts.
  const known = [...s.probes.values()].map(({ agent }) => (agent?.appliedEpoch === epoch ? agent.pause : undefined));
  return known.find((pause) => pause !== undefined) ?? null;
}

/** An operator paused, and only an operator ends it. Nothing is moved: who alerted goes on. */
function pauseAnew(s: Situation, { active, paused }: KnownPause, now: number): PromotionDecision {
  const epoch = s.assignment === null ? 'nothing' : `epoch ${s.assignment.epoch}`;
  const because =
    `${active} keeps alerting, paused by ${paused.by} since ${paused.since}: ` +
    `the bucket went back to ${epoch}, nodes know ${highestApplied(s)}.`;
  const change: Promotion = { active, reason: because, by: s.caller, appliedEpoch: highestApplied(s) };
  const next = nextOf(s, change, now);
  return { kind: 'promote', next: { ...next, paused, promotions: s.assignment?.promotions ?? [] }, because };
}

function promote(s: Situation, active: NodeId, because: string, now: number): PromotionDecision {
  const change: Promotion = { active, reason: because, by: s.caller, appliedEpoch: highestApplied(s) };
  return { kind: 'promote', next: nextOf(s, change, now), because };
}

function nextOf({ assignment, policy }: Situation, change: Promotion, now: number): Assignment {
  const next = promoted(assignment, change, now, policy.flapping.windowMs);
  return withholding({ previous: assignment, appliedEpoch: change.appliedEpoch, policy }, next, now);
}
