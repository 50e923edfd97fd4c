import { z } from 'zod';
import { normalForm, roleOf, withConditions, type OwnNames, type Permission } from './permissions';

/** One line of logs/iam.jsonl. */
export const askedLine = z.object({
  /** A role's name in AWS, or a service. */
  who: z.string(),
  action: z.string(),
  resource: z.string(),
  by: z
    .object({ action: z.string(), resources: z.array(z.string()).readonly(), when: z.array(z.string()).readonly() })
    .nullable(),
});
export type AskedLine = z.output<typeof askedLine>;

export const parseAsked = (text: string): AskedLine[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => askedLine.parse(JSON.parse(line)));

/** What was let through, as the policies have it. */
export function usedPermissions(asked: readonly AskedLine[], own: OwnNames): Permission[] {
  return asked.flatMap(({ who, resource, by }) =>
    by === null
      ? []
      : by.resources.map((pattern) => ({
          who: roleOf(own.logical.get(who) ?? who),
          action: by.action,
          resource: withConditions(normalForm(ofKey(by.action, pattern, resource), own), by.when),
        })),
  );
}

/** In the policy of a key `*` is that key. */
const ofKey = (action: string, pattern: string, asked: string): string =>
  action.startsWith('kms:') && pattern === '*' ? asked : pattern;

/** What was refused, one sentence each, each once. */
export const refusedCalls = (asked: readonly AskedLine[]): string[] => [
  ...new Set(
    asked.filter(({ by }) => by === null).map(({ who, action, resource }) => `${who}: ${action} on ${resource}`),
  ),
];
