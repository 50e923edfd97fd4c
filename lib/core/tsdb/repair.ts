import type { NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';
import { isPromotable, isAlerting, type Probe } from '../failover/health';

/** What a node with corruption weighs before it gives alerting away or restarts its Prometheus to have it repaired. */
export interface RepairInput {
  /** Corruption that a start repairs, seen by two passes in a row. */
  readonly corruption: readonly string[];
  /** Ms since the Unix epoch: since when there is any. */
  readonly since: number;
  /** How bad all of this node's corruption is: corruptionScore. */
  readonly score: number;
  /** What it restarted for before and what is still there: once is enough. */
  readonly tried: ReadonlySet<string>;
  /** It is assigned, or its gate is open. */
  readonly alerts: boolean;
  readonly paused: boolean;
  readonly active: NodeId | null;
  /** The other nodes as probed just now, in order of preference. */
  readonly others: readonly Probe[];
  /** Ms since the Unix epoch; null for never. */
  readonly restartedAt: number | null;
  readonly handedOverAt: number | null;
}

export type Repair =
  | { readonly do: 'wait'; readonly because: string }
  | { readonly do: 'hand-over'; readonly to: NodeId; readonly because: string }
  | { readonly do: 'restart'; readonly because: string };

/** A volume that goes bad bit by bit must not keep a node from ever being a standby. */
export const RESTART_AT_MOST_EVERY_MS = 600_000;
const HAND_OVER_AT_MOST_EVERY_MS = 60_000;
/** For so long a standby leaves it to the node that alerts and is worse to hand over first. */
const AFTER_THE_WORSE_MS = 120_000;

/**
 * Corruption does not wait for the next crash. A node that alerts gives alerting to another one first, if that one is able
 * and its TSDB better; then, standing by, it restarts while the other one is seen to alert. So never two are down at
 * once, never the one that serves, and of two corrupted nodes the better one serves.
 */
export function decideRepair(s: RepairInput, policy: Policy, now: number): Repair {
  const wait = (because: string): Repair => ({ do: 'wait', because });
  if (s.corruption.length === 0) return wait('no corruption that a start repairs');
  if (s.corruption.every((what) => s.tried.has(what))) return wait('a restart for it did not repair it');
  if (s.paused) return wait('automatic changes are paused');
  return s.alerts ? handOver(s, policy, now) : restart(s, policy, now);
}

function handOver(s: RepairInput, policy: Policy, now: number): Repair {
  const wait = (because: string): Repair => ({ do: 'wait', because });
  if (s.handedOverAt !== null && now - s.handedOverAt < HAND_OVER_AT_MOST_EVERY_MS) {
    return wait('giving alerting away was tried a short while ago');
  }
  const able = s.others.filter((other) => isPromotable(other, policy) && other.agent!.gatePrimed);
  if (able.length === 0) return wait('this node alerts, and no other one could take over');
  const best = able.reduce((a, b) => (scoreOf(b) < scoreOf(a) ? b : a));
  if (scoreOf(best) >= s.score) return wait('this node alerts, and the others are corrupted no less');
  return { do: 'hand-over', to: best.node, because: `to have repaired: ${s.corruption.join(', ')}` };
}

function restart(s: RepairInput, policy: Policy, now: number): Repair {
  const wait = (because: string): Repair => ({ do: 'wait', because });
  if (s.restartedAt !== null && now - s.restartedAt < RESTART_AT_MOST_EVERY_MS) {
    return wait('the last restart was a short while ago');
  }
  const active = s.others.find(({ node }) => node === s.active);
  if (active === undefined || !isAlerting(active, policy)) return wait('the node that alerts is not seen to work');
  if (scoreOf(active) > s.score && now - s.since < AFTER_THE_WORSE_MS) {
    return wait('the node that alerts is corrupted worse: this one stays able to take over');
  }
  return { do: 'restart', because: `to have repaired: ${s.corruption.join(', ')}` };
}

const HARM: Readonly<Record<string, number>> = {
  harmless: 1,
  'queries-fail': 2,
  incomplete: 3,
  destroys: 4,
  refuses: 5,
};
const MANY = 1_000;

/** To compare two nodes by: the worst that a start would do decides, then how much there is. 0: no corruption. */
export function corruptionScore(corruption: readonly { readonly ifStarted: string }[]): number {
  const worst = Math.max(0, ...corruption.map(({ ifStarted }) => HARM[ifStarted] ?? 0));
  return worst * MANY + Math.min(corruption.length, MANY - 1);
}

/** Agents without a scrub say nothing of corruption. */
function scoreOf({ agent }: Probe): number {
  return corruptionScore(agent?.corruption ?? []);
}
