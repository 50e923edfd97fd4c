import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { AwsNeed } from '../../config/reach/aws-needs';

/** What discoveries, remote_write and receivers of the user's need, each once. */
export function neededStatements(stack: Stack, needs: readonly AwsNeed[]): PolicyStatement[] {
  const distinct = new Map(needs.map(({ services: _, ...need }) => [JSON.stringify(need), need]));
  const arn = (text: string): string =>
    text.replaceAll('{partition}', stack.partition).replaceAll('{account}', stack.account);
  return [...distinct.values()]
    .filter(({ actions }) => actions.length > 0)
    .map(
      ({ actions, resources, except }) =>
        new PolicyStatement({
          actions: [...actions],
          ...(except === undefined ? { resources: (resources ?? ['*']).map(arn) } : { notResources: except.map(arn) }),
        }),
    );
}
