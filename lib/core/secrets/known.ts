import { referenceKey, type SecretReferences, type SecretValues } from '../../contract/documents/secrets';
import type { Answered } from './requests';

/** What is known of the secrets of a node: values by reference, and why one could not be had at the last try. */
export interface KnownSecrets {
  readonly values: SecretValues['values'];
  /** By reference. */
  readonly failures: ReadonlyMap<string, string>;
  /** When all that were asked for had an answer, ms since the Unix epoch; null: never. */
  readonly fetchedAt: number | null;
  /** When they were last asked for, ms of a clock that is never set. */
  readonly triedAt: number | null;
}

export const NOTHING_KNOWN: KnownSecrets = { values: {}, failures: new Map(), fetchedAt: null, triedAt: null };

/** A value that cannot be had now stays what it was: a target does not change its password because AWS is away. */
export function learn(
  known: KnownSecrets,
  answers: ReadonlyMap<string, Answered>,
  { now, elapsed }: { readonly now: number; readonly elapsed: number },
): KnownSecrets {
  const values = { ...known.values };
  const failures = new Map<string, string>();
  for (const [reference, answer] of answers) {
    if ('text' in answer) values[reference] = answer.text;
    else failures.set(reference, answer.because);
  }
  return { values, failures, fetchedAt: failures.size === 0 ? now : known.fetchedAt, triedAt: elapsed };
}

/** Values of before, where there are none of now. */
export const recall = (known: KnownSecrets, { values, fetchedAt }: SecretValues): KnownSecrets => ({
  ...known,
  values: { ...values, ...known.values },
  fetchedAt: known.fetchedAt ?? (fetchedAt === null ? null : Date.parse(fetchedAt)),
});

export const valueOf = (
  { values }: Pick<KnownSecrets, 'values'>,
  declared: SecretReferences,
  name: string,
): string | undefined => {
  const reference = Object.hasOwn(declared, name) ? declared[name] : undefined;
  const key = reference === undefined ? '' : referenceKey(reference);
  return Object.hasOwn(values, key) ? values[key] : undefined;
};

/** Declared names without a value. */
export const missingOf = (known: Pick<KnownSecrets, 'values'>, declared: SecretReferences): string[] =>
  Object.keys(declared).filter((name) => valueOf(known, declared, name) === undefined);

/** Only what is declared is kept. */
export function forgetOthers(known: KnownSecrets, declared: SecretReferences): KnownSecrets {
  const wanted = new Set(Object.values(declared).map(referenceKey));
  const kept = Object.entries(known.values).filter(([reference]) => wanted.has(reference));
  return { ...known, values: Object.fromEntries(kept) };
}

/** A new value has to be in use 60 s after it was set: half of that for the next look, the rest for the look itself. */
const LOOK_AGAIN_MS = 30_000;
/** While something is missing that may come any moment: a deploy gives the role its permission after the files. */
const SOON_MS = 5_000;
const SOON_LASTS_MS = 5 * 60_000;

/** Whether it is time to ask. `since`, `elapsed`: when these secrets were first wanted, and now, of the same clock as triedAt. */
export function secretsAreDue(
  known: KnownSecrets,
  declared: SecretReferences,
  since: number,
  elapsed: number,
): boolean {
  if (Object.keys(declared).length === 0) return false;
  if (known.triedAt === null) return true;
  const hurry = missingOf(known, declared).length > 0 && elapsed - since < SOON_LASTS_MS;
  return elapsed - known.triedAt >= (hurry ? SOON_MS : LOOK_AGAIN_MS);
}
