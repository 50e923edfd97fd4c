import { readIfExists, writeAtomically } from '../base/files';
import { bootId, isAlive, runsWith } from './proc';
import { PID_FILE, type PidFile } from '../../lib/contract/documents/agent-files';

export function writePidFile(path: string, process: Omit<PidFile, 'bootId'>): void {
  writeAtomically(path, PID_FILE.serialize({ ...process, bootId: bootId() }));
}

/** `absent`: no usable file. `gone`: what it names has exited since. */
export function readPidFile(path: string): { kind: 'absent' } | { kind: 'gone' | 'alive'; process: PidFile } {
  const text = readIfExists(path);
  if (text === null) return { kind: 'absent' };
  let process: PidFile;
  try {
    process = PID_FILE.parse(text, path);
  } catch {
    return { kind: 'absent' }; // Corrupted: the process is looked for by its arguments then.
  }
  const alive = process.bootId === bootId() && isAlive(process) && runsWith(process.pid, process.args);
  return { kind: alive ? 'alive' : 'gone', process };
}
