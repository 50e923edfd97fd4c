import { renameSync } from 'node:fs';
import { ASSIGNMENT, type Assignment } from '../../lib/contract/documents/assignment';
import { readIfExists, writeAtomically } from '../base/files';
import { messageOf, type Log } from '../base/log';

/** The assignment that this node applied last, for a start without S3. */
export interface LastGood {
  load(): Assignment | null;
  /** @throws when it cannot be kept: the disk may be full */
  save(assignment: Assignment): void;
}

export function lastGoodIn(path: string, log: Log): LastGood {
  return { load: () => loadLastGood(path, log), save: (assignment) => saveLastGood(path, assignment) };
}

/** A corrupted file is quarantined. */
function loadLastGood(path: string, log: Log): Assignment | null {
  const text = readIfExists(path);
  if (text === null) return null;
  try {
    return ASSIGNMENT.parse(text, path);
  } catch (error) {
    const aside = `${path}.corrupted`;
    renameSync(path, aside);
    log('error', 'state-corrupted', { file: path, quarantineAs: aside, error: messageOf(error) });
    return null;
  }
}

/** Writes only what changed. */
function saveLastGood(path: string, assignment: Assignment): void {
  const text = ASSIGNMENT.serialize(assignment);
  if (readIfExists(path) !== text) writeAtomically(path, text);
}
