import { renameSync } from 'node:fs';
import { ASSIGNMENT, type Assignment } from '../../lib/contract/documents/assignment';
import { readIfExists, writeAtomically } from '../base/files';
import { messageOf, type Log } from '../base/log';

/** The assignment that this node applied last, for a start without S3. A damaged file is set aside. */
export function loadLastGood(path: string, log: Log): Assignment | null {
  const text = readIfExists(path);
  if (text === null) return null;
  try {
    return ASSIGNMENT.parse(text, path);
  } catch (error) {
    const aside = `${path}.damaged`;
    renameSync(path, aside);
    log('error', 'state-damaged', { file: path, setAsideAs: aside, error: messageOf(error) });
    return null;
  }
}

/** Writes only what changed. */
export function saveLastGood(path: string, assignment: Assignment): void {
  const text = ASSIGNMENT.serialize(assignment);
  if (readIfExists(path) !== text) writeAtomically(path, text);
}
