import type { NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';
import { isPromotable, type Probe } from './health';

/** A group of rules, as Prometheus says. */
export interface RuleGroup {
  readonly name: string;
  readonly intervalMs: number;
  /** When the last evaluation that is finished began, ms since the Unix epoch; null: none since it was loaded. */
  readonly evaluatedAt: number | null;
}

/** One look at all groups: the one that is latest, and by how much, ms; null: none is late. */
export interface RulesLook {
  readonly at: number;
  readonly late: { readonly group: string; readonly byMs: number } | null;
}

/** An evaluation that took as long as its interval, and a busy moment, are no reason to do anything. */
const TOLERATED_MS = 3_000;
/** Looks are weighed over so long: rules that are late every other time are as bad as late. */
const WINDOW_MS = 30_000;
/** Fewer looks say nothing. */
const ENOUGH = 8;
const SHARE = 0.5;

/** Of a group that was just loaded the first evaluation comes when it comes. */
export function lookAtRules(groups: readonly RuleGroup[], now: number): RulesLook {
  let late: RulesLook['late'] = null;
  for (const { name, intervalMs, evaluatedAt } of groups) {
    // The next one should have begun after an interval, and be finished after another one.
    const byMs = evaluatedAt === null ? 0 : now - evaluatedAt - 2 * intervalMs - TOLERATED_MS;
    if (byMs > 0 && byMs > (late?.byMs ?? 0)) late = { group: name, byMs };
  }
  return { at: now, late };
}

/** Those that count, with a new one. */
export const withLook = (looks: readonly RulesLook[], look: RulesLook): RulesLook[] =>
  [...looks, look].filter(({ at }) => look.at - at < WINDOW_MS && at <= look.at);

/** The latest group, when rules were late in at least half of the looks; else null. */
export function lateRules(looks: readonly RulesLook[]): RulesLook['late'] {
  const found = looks.flatMap(({ late }) => (late === null ? [] : [late]));
  if (looks.length < ENOUGH || found.length < SHARE * looks.length) return null;
  return found.reduce((worst, late) => (late.byMs > worst.byMs ? late : worst));
}

/** Whether a node's rules are late and those of another one, which could take over, are not: rules that are too much for all are moved to nobody. */
export function isOutdone(node: NodeId, probes: ReadonlyMap<NodeId, Probe>, policy: Policy): boolean {
  if (!hasLateRules(probes.get(node))) return false;
  return [...probes.values()].some(
    (other) => other.node !== node && isPromotable(other, policy) && !hasLateRules(other),
  );
}

export const hasLateRules = (probe: Probe | undefined): boolean => probe?.agent?.rulesLate !== undefined;

/** In a person's words; empty when they are on time. */
export function latenessSaid(probe: Probe | undefined): string {
  const late = probe?.agent?.rulesLate;
  return late === undefined ? '' : `its rules are late: group ${late.group} by ${(late.byMs / 1000).toFixed(1)} s`;
}
