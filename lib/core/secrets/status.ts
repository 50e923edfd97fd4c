import type { SecretsStatus } from '../../contract/documents/agent/part-status';
import { referenceKey, type SecretNeeds } from '../../contract/documents/secrets';
import { missingOf, type KnownSecrets } from './known';

/** What a node says of its secrets: names, and never a value. `users`: who uses each, in words. */
export function secretsStatus(
  known: KnownSecrets,
  { declared }: Pick<SecretNeeds, 'declared'>,
  users: ReadonlyMap<string, readonly string[]>,
  copy: { readonly copiedAt: number | null; readonly problem: string | null },
): SecretsStatus {
  const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  const missing = missingOf(known, declared);
  const becauseOf = (name: string): string | undefined => known.failures.get(referenceKey(declared[name]!));
  return {
    declared: Object.keys(declared).length,
    fetchedAt: iso(known.fetchedAt),
    missing: missing.map((name) => ({
      name,
      because: becauseOf(name) ?? 'nobody has been asked yet',
      usedBy: users.get(name) ?? [],
    })),
    notRenewed: Object.keys(declared).flatMap((name) => {
      const because = becauseOf(name);
      return because === undefined || missing.includes(name) ? [] : [{ name, because }];
    }),
    copiedAt: iso(copy.copiedAt),
    copyProblem: copy.problem,
  };
}
