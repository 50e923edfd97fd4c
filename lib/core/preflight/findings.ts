/** `stop`: a deploy would fail, or would not work. `warn`: it may. `unknown`: it could not be looked at. `well`: looked at. */
export type FindingLevel = 'stop' | 'warn' | 'unknown' | 'well';

/** One line of the preflight. */
export interface PreflightFinding {
  readonly level: FindingLevel;
  readonly what: string;
  /** Why it matters; of what is well nothing. */
  readonly why?: string;
  /** What to do: a command where there is one. */
  readonly fix?: string;
}

/** What a question to AWS came to. */
export type AwsAnswer<T> = { readonly value: T } | { readonly error: string };

export const well = (what: string): PreflightFinding => ({ level: 'well', what });
export const stop = (what: string, why: string, fix: string): PreflightFinding => ({ level: 'stop', what, why, fix });
export const warn = (what: string, why: string, fix: string): PreflightFinding => ({ level: 'warn', what, why, fix });

/** What follows from an answer; where there was none, that it is not known. `needs`: the permission that answers. */
export function ifAnswered<T>(
  asked: AwsAnswer<T>,
  subject: string,
  needs: string,
  judge: (value: T) => readonly PreflightFinding[],
): readonly PreflightFinding[] {
  if ('value' in asked) return judge(asked.value);
  const why = asked.error.replace(/\s+/g, ' ');
  return [{ level: 'unknown', what: `${subject}: not known`, why, fix: `it needs ${needs}; ask again` }];
}
