import { UserError } from '../../lib/contract/errors';
import type { RemedyTarget } from '../../lib/contract/documents/remedy';
import { ENV } from '../../lib/contract/environment';

/** What may be connected to, from this function's own environment: no event can name an address. */
export interface RemedyConfig {
  readonly targets: ReadonlyMap<string, RemedyTarget>;
  readonly passwordOf: (name: string) => string | null;
}

/** @throws UserError when the control stack did not say what there is to connect to */
export function readRemedyConfig(env: Readonly<Record<string, string | undefined>>): RemedyConfig {
  const text = env[ENV.remedies] ?? '';
  let targets: unknown;
  try {
    targets = JSON.parse(text);
  } catch {
    targets = null; // what is wrong with it is said below
  }
  if (!Array.isArray(targets)) {
    throw new UserError({
      what: `the environment variable ${ENV.remedies} does not say what to connect to`,
      got: text === '' ? 'nothing' : text,
      expected: 'a list of { name, connect }',
      fix: 'deploy the control stack again instead of editing the function',
    });
  }
  return {
    targets: new Map((targets as RemedyTarget[]).map((target) => [target.name, target])),
    passwordOf: (name) => env[ENV.remedyPassword(name)] ?? null,
  };
}
