/**
 * An error that a person has to act on: what is wrong, what was found, what was expected, how to repair it.
 * `where` is `file:line:column` when the cause stands in a file that the user wrote.
 */
export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(
    readonly problem: {
      readonly what: string;
      readonly got?: string;
      readonly expected?: string;
      readonly fix?: string;
      readonly where?: string;
    },
  ) {
    super(
      [
        `${problem.where ? `${problem.where}: ` : ''}${problem.what}`,
        problem.got === undefined ? undefined : `  got:      ${problem.got}`,
        problem.expected === undefined ? undefined : `  expected: ${problem.expected}`,
        problem.fix === undefined ? undefined : `  fix:      ${problem.fix}`,
      ]
        .filter((line) => line !== undefined)
        .join('\n'),
    );
  }
}
