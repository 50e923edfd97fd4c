import { readIfExists, writeAtomically } from '../base/files';
import { bootId, isAlive, runsWith, type ProcessIdentity } from './proc';

/** Lets a restarted agent recognise what an earlier one started. */
export interface PidFile extends ProcessIdentity {
  readonly bootId: string;
  readonly startedAt: string;
  readonly command: string;
  readonly args: readonly string[];
}

export function writePidFile(path: string, process: Omit<PidFile, 'bootId'>): void {
  writeAtomically(path, `${JSON.stringify({ ...process, bootId: bootId() }, null, 2)}\n`);
}

/** `absent`: no usable file. `gone`: what it names has exited since. */
export function readPidFile(path: string): { kind: 'absent' } | { kind: 'gone' | 'alive'; process: PidFile } {
  const text = readIfExists(path);
  if (text === null) return { kind: 'absent' };
  let process: PidFile;
  try {
    process = JSON.parse(text) as PidFile;
  } catch {
    return { kind: 'absent' }; // Damaged: the process is looked for by its arguments then.
  }
  const alive = process.bootId === bootId() && isAlive(process) && runsWith(process.pid, process.args);
  return { kind: alive ? 'alive' : 'gone', process };
}
