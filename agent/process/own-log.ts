import { writeSync } from 'node:fs';
import { messageOf } from '../base/log';
import { openLog, rotateLog } from './log-file';

/** A line is a few hundred bytes: looked at often enough for a file of some MB. */
const LINES_BETWEEN_LOOKS = 1_000;

/**
 * Writes the agent's own lines into a file, beside those of the programs: what collects a node's logs reads files. A full
 * disk must not end the agent; `onError` is told once, until a line gets through again.
 */
export function ownLog(path: string, onError: (why: string) => void): (line: string) => void {
  let file: number | null = null;
  let lines = 0;
  let failing = false;
  return (line) => {
    try {
      file ??= openLog(path);
      if (lines++ % LINES_BETWEEN_LOOKS === 0) rotateLog(path);
      writeSync(file, line);
      failing = false;
    } catch (error) {
      if (!failing) onError(messageOf(error));
      failing = true;
    }
  };
}
