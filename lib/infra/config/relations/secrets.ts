import type { Cluster } from '../cluster';
import type { Contradiction } from './contradiction';

/** Nodes ask the API of their own region. */
export function secretsElsewhere({ secrets, region }: Cluster): Contradiction[] {
  return Object.entries(secrets ?? {}).flatMap(([name, one]) => {
    const arns = { ...('secretsManager' in one ? { secretsManager: one.secretsManager } : {}), kmsKey: one.kmsKey };
    return Object.entries(arns).flatMap(([key, arn]) => {
      const there = /^arn:[^:]*:[^:]*:([^:]*):/.exec(arn ?? '')?.[1];
      if (there === undefined || there === region) return [];
      return [
        {
          path: ['secrets', name, key],
          what: 'a secret is in another region than its nodes',
          got: there,
          expected: region,
          fix: 'replicate it there (Secrets Manager can), and name that',
        },
      ];
    });
  });
}
