import type { DocumentFormat } from '../../lib/contract/document';
import { readIfExists } from './files';
import { messageOf, type Log } from './log';

/** What an earlier life of this agent wrote; `none` where it wrote nothing, or nothing that can be read. */
export function readState<T>(format: DocumentFormat<T>, file: string, none: T, log: Log): T {
  try {
    const text = readIfExists(file);
    return text === null ? none : format.parse(text, file);
  } catch (error) {
    log('warn', 'state-corrupted', { file, error: messageOf(error) });
    return none;
  }
}
