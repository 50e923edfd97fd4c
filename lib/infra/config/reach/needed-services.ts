import type { Cluster } from '../cluster';

/** APIs that nodes ask because of what the user configured, by their names in endpoints. */
export type NeededService = 'secretsmanager' | 'kms';

/** Each once, in the order of their names. Systems Manager is reached anyway, for Session Manager. */
export function neededServices({ secrets = {} }: Cluster): NeededService[] {
  const all = Object.values(secrets);
  const needed: NeededService[] = [
    ...(all.length > 0 ? ['kms' as const] : []),
    ...(all.some((one) => !('parameter' in one)) ? ['secretsmanager' as const] : []),
  ];
  return [...new Set(needed)].sort();
}
