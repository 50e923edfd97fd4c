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
      /** What it is part of, as its author calls it: `alert RedisDown`, `receiver pager`. */
      readonly about?: string;
    },
  ) {
    super(
      [
        `${problem.where ? `${problem.where}: ` : ''}${problem.about ? `${problem.about}: ` : ''}${problem.what}`,
        problem.got === undefined ? undefined : `  got:      ${problem.got}`,
        problem.expected === undefined ? undefined : `  expected: ${problem.expected}`,
        problem.fix === undefined ? undefined : `  fix:      ${problem.fix}`,
      ]
        .filter((line) => line !== undefined)
        .join('\n'),
    );
  }
}

/** An object was read, and cannot be used: S3 answers, and what lies there is the trouble. */
export function isUnusableObject(error: unknown): error is UserError {
  return error instanceof UserError && error.problem.where?.startsWith('s3://') === true;
}

const MOST_OF_WHAT_IS_THERE = 60;

/** The same for a list in which each has one line. */
export function inOneLine({ problem }: UserError): string {
  const { where, what, got, expected, fix } = problem;
  const short =
    got !== undefined && got.length > MOST_OF_WHAT_IS_THERE ? `${got.slice(0, MOST_OF_WHAT_IS_THERE)}…` : got;
  const line = [
    where === undefined ? what : `${where}: ${what}`,
    ...(short === undefined ? [] : [`got ${short}`]),
    ...(expected === undefined ? [] : [`expected ${expected}`]),
  ].join(', ');
  // What JSON.parse says quotes the text as it is, line breaks included.
  return (fix === undefined ? line : `${line}; ${fix}`).replace(/\p{Cc}+/gu, ' ');
}
