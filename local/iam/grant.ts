import type { IamQuestion } from './evaluate';
import { fillIn, matches } from './match';
import type { Statement } from './policy';

/** What of a statement let a call through: an action and a resource as they are written there. */
export interface Grant {
  readonly action: string;
  /** Of several that fit, all. */
  readonly resources: readonly string[];
  /** Condition keys, in order: two statements may differ in nothing else. */
  readonly when: readonly string[];
}

/** Of a statement that applies to the question. */
export function grantOf({ Action = [], Resource = ['*'], Condition }: Statement, question: IamQuestion): Grant {
  return {
    action: Action.find((pattern) => matches(pattern, question.action, true)) ?? question.action,
    resources: Resource.filter((pattern) => {
      const filled = fillIn(pattern, question.context);
      return filled !== null && matches(filled, question.resource);
    }),
    when: conditionKeys(Condition),
  };
}

export const conditionKeys = (condition: Statement['Condition'] = {}): string[] =>
  [
    ...new Set(
      Object.values(condition).flatMap((keys) => Object.keys(keys).map((key) => key.replace(/^AWS:/, 'aws:'))),
    ),
  ].sort();
