import { isDeepStrictEqual } from 'node:util';
import type { DocumentFormat } from '../../lib/contract/document';
import { UserError } from '../../lib/contract/errors';

/** What it comes to; undefined where it was refused in words. Anything else that is thrown is a finding. */
export function orRefused<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** A document that is read can be written, and is the same when it is read again. */
export function readsBack<T>(format: DocumentFormat<T>, text: string): void {
  const document = orRefused(() => format.parse(text, 'here'));
  if (document === undefined) return;
  const again = format.parse(format.serialize(document), 'here');
  if (!isDeepStrictEqual(again, document)) throw new Error('it is another document once it was written');
}
