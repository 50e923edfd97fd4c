import type { ResourceChange } from './change';

/** One resource under two logical ids: CloudFormation makes another one, and then removes the first. */
export interface RenamedResource {
  readonly gone: ResourceChange;
  readonly made: ResourceChange;
}

/**
 * Pairs what goes with what is new, of one type in one stack: those of the same properties, and the only ones of a type.
 * What has no partner is returned as it is.
 */
export function pairRenamed(changes: readonly ResourceChange[]): {
  readonly pairs: readonly RenamedResource[];
  readonly rest: readonly ResourceChange[];
} {
  const made = new Set(changes.filter(({ before }) => before === null));
  const gone = changes.filter(({ after }) => after === null);
  const pairs: RenamedResource[] = [];
  const like = (a: ResourceChange, b: ResourceChange): boolean => a.type === b.type && a.stack === b.stack;
  const take = (one: ResourceChange, other: ResourceChange | undefined): void => {
    if (other === undefined || !made.delete(other)) return;
    pairs.push({ gone: one, made: other });
  };
  for (const one of gone)
    take(
      one,
      [...made].find((other) => like(one, other) && same(one, other)),
    );
  const paired = (): Set<ResourceChange> => new Set(pairs.flatMap((pair) => [pair.gone, pair.made]));
  const left = gone.filter((one) => !paired().has(one));
  for (const one of left) {
    const others = [...made].filter((other) => like(one, other));
    if (others.length === 1 && left.filter((other) => like(one, other)).length === 1) take(one, others[0]);
  }
  const done = paired();
  return { pairs, rest: changes.filter((change) => !done.has(change)) };
}

const same = (a: ResourceChange, b: ResourceChange): boolean =>
  JSON.stringify(a.before?.Properties ?? null) === JSON.stringify(b.after?.Properties ?? null);
