import type { Assignment } from '../../contract/documents/assignment';
import type { ConfigPointer } from '../../contract/documents/config';

/** One thing that happened to a cluster. */
export interface Happened {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly kind: 'assignment' | 'configuration' | 'silence';
  /** Who says that it was them: a function, a node, or a person as promha or Alertmanager was told. */
  readonly by: string;
  readonly what: string;
}

/** `shard`: absent where there is one only. */
export const ofAssignment = (a: Assignment & { readonly shard?: number }): Happened => ({
  at: a.at,
  kind: 'assignment',
  by: a.by,
  what: `${a.shard === undefined ? '' : `shard ${a.shard}, `}epoch ${a.epoch}, ${a.active}: ${a.reason}`,
});

const iso = (ms: number): string => new Date(ms).toISOString();
const named = (hash: string): string => `configuration ${hash.slice(0, 12)}`;

/** Of the pointer's versions, newest first: what each one says that the one before did not. `at`: ms since the Unix epoch. */
export function ofConfigurations(
  versions: readonly { readonly document: ConfigPointer; readonly at: number }[],
): Happened[] {
  return versions.flatMap(({ document, at }, i) => {
    const before = versions[i + 1]?.document;
    const { hash, goodAt, refused } = document;
    const isNew = before?.hash !== hash;
    const said: Happened[] = [];
    const say = (when: number, by: string, what: string): void =>
      void said.push({ at: iso(when), kind: 'configuration', by, what: `${named(hash)} ${what}` });
    if (refused !== undefined && (isNew || before.refused === undefined))
      say(refused.at, refused.by, `is refused: ${refused.because}`);
    if (goodAt !== undefined && (isNew || before.goodAt === undefined))
      say(goodAt, 'health-check', 'is good: every node that alerts is well with it');
    if (isNew) say(at, 'deploy', 'is to be run');
    return said;
  });
}

/** One silence as Alertmanager tells it, in words. */
export interface SilenceSaid {
  readonly id: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly by: string;
  readonly words: string;
  readonly hasEnded: boolean;
}

export const ofSilence = ({ id, startsAt, endsAt, by, words, hasEnded }: SilenceSaid): Happened[] => [
  ...(hasEnded ? [{ at: endsAt, kind: 'silence' as const, by: '-', what: `${id} has ended` }] : []),
  { at: startsAt, kind: 'silence', by, what: `${id} ${words}` },
];

/** Newest first, at most so many. */
export const inOrderOfTime = (all: readonly Happened[], limit: number): Happened[] =>
  [...all].sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, limit);
