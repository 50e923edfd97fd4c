import type { NewSilence, ToldSilence } from './silences';

export interface SilencePlan {
  readonly make: readonly NewSilence[];
  /** How many of them are there already, by an earlier run. */
  readonly there: number;
  /** What does not mean the same here; one line each. */
  readonly told: readonly string[];
}

/** What a silence's comment says of where it is from: a second run finds it by that. */
const mark = (id: string): string => `[imported ${id}]`;
/** Labels that no alert of the cluster has, or that are its own. */
const OTHERS = ['replica', 'shard', 'cluster'];

/**
 * Active and pending silences that are not there yet. One that somebody has ended here since stays ended.
 * @param there all that the cluster has, expired ones too
 * @param now ms since the Unix epoch
 */
export function planSilences(old: readonly ToldSilence[], there: readonly ToldSilence[], now: number): SilencePlan {
  const alive = old.filter(({ status, endsAt }) => status.state !== 'expired' && Date.parse(endsAt) > now);
  const missing = alive.filter(({ id }) => !there.some(({ comment }) => comment.includes(mark(id))));
  return {
    make: missing.map(({ id, matchers, startsAt, endsAt, createdBy, comment }) => ({
      matchers,
      startsAt,
      endsAt,
      createdBy: createdBy === '' ? 'import' : createdBy,
      comment: `${comment} ${mark(id)}`.trim(),
    })),
    there: alive.length - missing.length,
    told: missing.flatMap(({ id, matchers }) =>
      matchers
        .filter(({ name }) => OTHERS.includes(name))
        .map(({ name, value }) => `silence ${id} asks for ${name} '${value}': here that is another value, or none`),
    ),
  };
}
