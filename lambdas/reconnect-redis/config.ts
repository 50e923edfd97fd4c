import { REMEDY_TARGETS, type RemedyTarget } from '../../lib/contract/documents/remedy';
import { ENV } from '../../lib/contract/environment';

/** What may be connected to, from this function's own environment: no event can name an address. */
export interface RemedyConfig {
  readonly targets: ReadonlyMap<string, RemedyTarget>;
  readonly passwordOf: (name: string) => string | null;
}

/** @throws UserError when the control stack did not say what there is to connect to */
export function readRemedyConfig(env: Readonly<Record<string, string | undefined>>): RemedyConfig {
  const targets = REMEDY_TARGETS.parse(env[ENV.remedies] ?? '', ENV.remedies);
  return {
    targets: new Map(targets.map((target) => [target.name, target])),
    passwordOf: (name) => env[ENV.remedyPassword(name)] ?? null,
  };
}
