import { asUnreachable } from '../exit';
import type { AwsAnswer } from '../../core/preflight/findings';
import { UserError } from '../../contract/errors';

/** A person waits, and what does not answer is one line of the report. */
const TIMEOUT_MS = 10_000;

/** The answer, or why there was none: permissions, the way, credentials. Defects of ours are thrown. */
export async function askAws<T>(
  question: (signal: AbortSignal) => Promise<T>,
  timeoutMs = TIMEOUT_MS,
): Promise<AwsAnswer<T>> {
  try {
    return { value: await question(AbortSignal.timeout(timeoutMs)) };
  } catch (error) {
    const known = asUnreachable(error, 'AWS');
    if (!(known instanceof UserError)) throw error;
    return { error: known.problem.got ?? known.problem.what };
  }
}

/** What an answer has to have. @throws UserError it has not: whoever answers, it is not AWS */
export function told<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new UserError({ what: `an answer without ${name}` });
  return value;
}

/** null where AWS says by one of these errors that there is none. */
export async function orNull<T>(answer: Promise<T>, ...names: string[]): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (names.includes((error as Error).name)) return null;
    throw error;
  }
}
