import type { NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';
import type { Situation } from './candidates';

/** Whether a node is there, asked several times a second: each of the two programs without which it cannot alert. */
export const WATCHED_PROGRAMS = ['prometheus', 'agent'] as const;
export type WatchedProgram = (typeof WATCHED_PROGRAMS)[number];

/** Times in ms by one clock that only goes forward. */
interface Asked {
  /** When the youngest question was asked that was answered; before the first answer, when the watch began. */
  readonly answeredFrom: number;
  /** Questions since then. */
  readonly unanswered: number;
}

/** What a watch of one node has seen so far. */
export interface Watching {
  readonly node: NodeId;
  readonly askedAt: number;
  readonly asked: Readonly<Record<WatchedProgram, Asked>>;
}

export function beginWatch(node: NodeId, now: number): Watching {
  const none = { answeredFrom: now, unanswered: 0 };
  return { node, askedAt: now, asked: { prometheus: none, agent: none } };
}

/** Both questions were asked once more. */
export function noteAsked(watch: Watching, now: number): Watching {
  const more = ({ answeredFrom, unanswered }: Asked): Asked => ({ answeredFrom, unanswered: unanswered + 1 });
  return {
    ...watch,
    askedAt: now,
    asked: { prometheus: more(watch.asked.prometheus), agent: more(watch.asked.agent) },
  };
}

/** One of them was answered that was asked then, and `since` further ones were asked meanwhile. */
export function noteAnswered(watch: Watching, question: WatchedProgram, askedAt: number, since: number): Watching {
  const before = watch.asked[question];
  if (askedAt <= before.answeredFrom) return watch;
  return { ...watch, asked: { ...watch.asked, [question]: { answeredFrom: askedAt, unanswered: since } } };
}

/**
 * For how long the node has answered nothing of what it was asked in that time, ms: by the worse of the two questions. An answer counts
 * from when its question was asked, so a slow node is as silent as it is slow; and who stood still while it should have asked
 * knows no more than what it asked.
 */
export function silentForMs({ askedAt, asked }: Watching, { watch }: Policy): number {
  return Math.max(
    ...WATCHED_PROGRAMS.map((question) => {
      const { answeredFrom, unanswered } = asked[question];
      return Math.min(askedAt - answeredFrom, unanswered * watch.intervalMs);
    }),
  );
}

/** Who answers probes in time is not silent. */
const boundMs = ({ watch, probe }: Policy): number => Math.max(watch.silentMs, probe.timeoutMs);

/** Whether a node is silent to whoever watches it, as far as its own view goes. */
export const isSilent = (silentMs: number, policy: Policy): boolean => silentMs >= boundMs(policy);

/** Whether it begins to be. */
export const looksSilent = (silentMs: number, { watch }: Policy): boolean => silentMs >= watch.silentMs / 2;

/** So much later may another one have begun to notice it. */
const LATER = 2;

/**
 * Whether the assigned node is silent to the caller and to all others who answer him, one at least, and has not answered his last probe
 * either. Two views: a link that fails between two of them is no reason to move. Nobody's word alone: the caller's own view comes first.
 */
export function isSilentToAll({ assignment, silence, probes, policy }: Situation): boolean {
  const active = assignment?.active;
  if (active === undefined || silence?.node !== active || !isSilent(silence.forMs, policy)) return false;
  const probe = probes.get(active);
  if (probe !== undefined && probe.ready && probe.agent !== null) return false;
  const leastMs = boundMs(policy) - LATER * policy.watch.intervalMs;
  const others = [...probes.values()].flatMap(({ node, agent }) => (node === active || agent === null ? [] : [agent]));
  return others.length > 0 && others.every(({ watch }) => watch?.node === active && watch.silentMs >= leastMs);
}
